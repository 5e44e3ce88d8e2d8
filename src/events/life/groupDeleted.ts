import { defineEvent } from '../definition.ts'
import { int, nullable } from '../schema.ts'

export const groupDeleted = defineEvent({
  type: 'group-deleted',
  severity: 'warn',
  section: 'Life of a group',
  trigger:
    'The tombstone of a group that was known, and no migration. Deletion by an admin and expiry leave the same records. Members left in it get `member-left` in the same transition, there is no `group-emptied`. Kafka deletes the offsets of a group in the same batch: where one is left, the tombstone is what compaction left of a migration, or the log has an old message format; then that kind of group ended, and the group goes on as a simple one, without this event. Of a simple group, coordinators before Kafka 4 delete the offsets and leave no tombstone.',
  data: {
    lastEpoch: nullable(int('Epoch, or generation, before; 0 of a simple group.')),
    offsetsDeleted: nullable(int('Number of committed offsets deleted in the same transition.')),
  },
})
