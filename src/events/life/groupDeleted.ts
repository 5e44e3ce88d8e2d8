import { defineEvent } from '../definition.ts'
import { int } from '../schema.ts'

export const groupDeleted = defineEvent({
  type: 'group-deleted',
  severity: 'warn',
  section: 'Life of a group',
  trigger:
    'The tombstone of a group that was known, and no migration. Deletion by an admin and expiry leave the same records. Members left in it get `member-left` in the same transition, there is no `group-emptied`; offsets without a tombstone of their own are forgotten without events. A group of which only commits were seen goes with the tombstone of whichever kind it was; of one that was simple indeed, coordinators before Kafka 4 delete the offsets and leave no tombstone of the group.',
  data: {
    lastEpoch: int('Epoch, or generation, before; 0 of a simple group.'),
    offsetsDeleted: int('Number of committed offsets deleted in the same transition.'),
  },
})
