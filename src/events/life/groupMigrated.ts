import { defineEvent } from '../definition.ts'
import { described, int } from '../schema.ts'
import { groupType } from '../shapes.ts'

export const groupMigrated = defineEvent({
  type: 'group-migrated',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'The kind changes between classic and consumer in one transition, or between classic and streams, which Kafka does to an empty group; the group is neither deleted nor created, and its offsets stay. Members are compared by id across the kinds: only who really came or went joined or left. A simple group that gets members changes its groupType without an event.',
  data: {
    from: described(groupType, 'Kind before.'),
    to: described(groupType, 'Kind after.'),
    epoch: int('Epoch, or generation, after.'),
  },
})
