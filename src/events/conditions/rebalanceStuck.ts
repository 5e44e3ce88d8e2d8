import { defineEvent } from '../definition.ts'
import { int, list } from '../schema.ts'
import { member } from '../shapes.ts'
import { closing } from './closing.ts'

export const rebalanceStuck = defineEvent({
  type: 'rebalance-stuck',
  severity: 'error',
  section: 'Conditions over time',
  trigger:
    'A rebalance started and did not complete in twice the rebalance timeout of the members. Not of classic groups, whose start leaves no record.',
  data: {
    epoch: int('Group epoch that is not reached.'),
    laggingMembers: list(member, 'Members that are not stable at that epoch, sorted by id.'),
  },
})

export const rebalanceResumed = defineEvent({
  type: 'rebalance-resumed',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'rebalance-stuck',
  trigger: 'The rebalance completed, or the group is empty or gone.',
  data: {
    epoch: int('Group epoch after.'),
    ...closing,
  },
})
