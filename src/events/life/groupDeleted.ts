import { defineEvent } from '../definition.ts'
import { int, nullable } from '../schema.ts'

export const groupDeleted = defineEvent({
  type: 'group-deleted',
  severity: 'warn',
  section: 'Life of a group',
  trigger:
    'The tombstone of a known group, except in a migration. Deletion by an admin and expiry leave the same records. Members that are left get `member-left` in the same transition, and there is no `group-emptied`. Kafka deletes the offsets of a group in the same batch. Where an offset is left, compaction left the tombstone of a migration, or the log has an old message format: the group then continues as a simple one, without this event. For a simple group, coordinators before Kafka 4 delete the offsets and write no tombstone.',
  data: {
    lastEpoch: nullable(int('Epoch, or generation, before; 0 for a simple group.')),
    offsetsDeleted: nullable(int('Number of committed offsets deleted in the same transition.')),
  },
})
