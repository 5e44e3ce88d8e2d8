import { defineEvent } from '../definition.ts'
import { described, int, nullable } from '../schema.ts'
import { groupType } from '../shapes.ts'

export const groupMigrated = defineEvent({
  type: 'group-migrated',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'The kind changes in one transition, and the offsets stay: between classic and consumer, or, of an empty group, between classic and any other kind. The group is neither deleted nor created. Members are compared by id across the kinds: only who really came or went joined or left. A simple group that gets members changes its groupType without an event.',
  data: {
    from: described(groupType, 'Kind before.'),
    to: described(groupType, 'Kind after.'),
    epoch: nullable(int('Epoch, or generation, after.')),
  },
})
