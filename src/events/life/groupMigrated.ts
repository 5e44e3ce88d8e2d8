import { defineEvent } from '../definition.ts'
import { described, int, nullable } from '../schema.ts'
import { groupType } from '../shapes.ts'

export const groupMigrated = defineEvent({
  type: 'group-migrated',
  severity: 'info',
  section: 'Life of a group',
  trigger:
    'The kind of a group changes in one transition while its offsets stay: between classic and consumer, or for an empty group between classic and any other kind. There is no `group-deleted` or `group-created`. Members are compared by id across the kinds: only a member in one of the two states joined or left. A simple group that gets members changes its groupType without an event.',
  data: {
    from: described(groupType, 'Kind before.'),
    to: described(groupType, 'Kind after.'),
    epoch: nullable(int('Epoch, or generation, after.')),
  },
})
