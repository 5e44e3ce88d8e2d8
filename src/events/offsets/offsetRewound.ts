import { defineEvent } from '../definition.ts'
import { long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetRewound = defineEvent({
  type: 'offset-rewound',
  severity: 'warn',
  section: 'Offsets',
  trigger:
    'A counted commit lower than the one before, while the group has members or is simple. Severity `info` where the partition changed its owner in a rebalance since the commit before: consumers overlap there. Also of a partition that is committed without members, see `offset-reset`.',
  data: {
    ...topicPartition,
    from: long('Committed offset before.'),
    to: long('Committed offset after, lower.'),
  },
})
