import { defineEvent } from '../definition.ts'
import { enumOf, int, nullable } from '../schema.ts'

export const rebalanceStarted = defineEvent({
  type: 'rebalance-started',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'Consumer, share and streams groups: the group epoch grows, with members present after the transition. The start of a classic rebalance leaves no record, and the last leave starts nothing.',
  data: {
    epochBefore: nullable(int('Group epoch, or generation, before; 0 of a group not known.')),
    epochAfter: nullable(int('Group epoch after; null where it is not known yet.')),
    seenBy: enumOf(
      'SeenBy',
      ['record', 'sample'],
      'What showed the start: a `record` of the log, or a `sample` of the coordinator.',
    ),
  },
})
