import { defineEvent } from '../definition.ts'
import { int } from '../schema.ts'

export const rebalanceStarted = defineEvent({
  type: 'rebalance-started',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'Consumer, share and streams groups: the group epoch grows, with members present after the transition. The start of a classic rebalance leaves no record, and the last leave starts nothing.',
  data: {
    epochBefore: int('Group epoch before; 0 of a group not known.'),
    epochAfter: int('Group epoch after.'),
  },
})
