import { defineEvent } from '../definition.ts'
import { int, list, nullable } from '../schema.ts'
import { member } from '../shapes.ts'

export const groupEmptied = defineEvent({
  type: 'group-emptied',
  severity: 'warn',
  section: 'Life of a group',
  trigger:
    'The last member left; suspended members count as members. Not emitted for a group that is deleted in the same transition.',
  data: {
    lastMembers: list(member, 'The members before the transition, sorted by id.'),
    epoch: nullable(int('Epoch, or generation, after.')),
  },
})
