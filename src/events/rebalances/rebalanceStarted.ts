import { defineEvent } from '../definition.ts'
import { enumOf, int, nullable } from '../schema.ts'

export const rebalanceStarted = defineEvent({
  type: 'rebalance-started',
  severity: 'info',
  section: 'Rebalances',
  trigger:
    'Consumer, share and streams groups: the group epoch grows, and the group has members after the transition. The leave of the last member starts nothing. Classic groups: no record has the start. A sample of the coordinator shows the group, which has members, in `PreparingRebalance` or `CompletingRebalance`; once for each rebalance, at the time of the sample. One that is shorter than the time between two samples can go unseen, and brokers before 2.6 do not list states.',
  data: {
    epochBefore: nullable(int('Group epoch, or generation, before; 0 for an unknown group.')),
    epochAfter: nullable(int('Group epoch after; null where it is not known yet.')),
    seenBy: enumOf(
      'SeenBy',
      ['record', 'sample'],
      'The evidence of the start: a `record` of the log, or a `sample` of the coordinator.',
    ),
  },
})
