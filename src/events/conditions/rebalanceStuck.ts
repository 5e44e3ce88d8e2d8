import { defineEvent } from '../definition.ts'
import { int, list, nullable } from '../schema.ts'
import { member } from '../shapes.ts'
import { closing } from './closing.ts'

export const rebalanceStuck = defineEvent({
  type: 'rebalance-stuck',
  severity: 'error',
  section: 'Conditions over time',
  trigger:
    'A rebalance started and did not complete in half of the longest rebalance timeout of the members (`stuckAfterTimeouts`), 5 s at least. Of a classic group it counts from the sample that showed the start, and opens when a later sample shows that it still runs.',
  data: {
    epoch: nullable(
      int('Group epoch that is not reached; null of a classic group, whose coordinator gives it at the end.'),
    ),
    laggingMembers: nullable(
      list(member, 'Members that are not stable at that epoch, sorted by id; null where the records do not say.'),
    ),
  },
})

export const rebalanceResumed = defineEvent({
  type: 'rebalance-resumed',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'rebalance-stuck',
  trigger:
    'The rebalance completed, or the group is empty or gone. Of a classic group also: its coordinator moved and forgot the rebalance, and a sample shows `Stable`.',
  data: {
    epoch: nullable(int('Group epoch after; null where nothing tells it.')),
    ...closing,
  },
})
