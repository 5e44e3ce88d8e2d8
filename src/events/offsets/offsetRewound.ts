import { defineEvent } from '../definition.ts'
import { long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetRewound = defineEvent({
  type: 'offset-rewound',
  severity: 'warn',
  section: 'Offsets',
  trigger:
    'A counted commit that is lower than the one before, while the group has members or is simple. The severity is `info` where the partition changed its owner in a rebalance since the commit before, because consumers overlap there. Also emitted for partitions that are committed without members: see `offset-reset`.',
  data: {
    ...topicPartition,
    from: long('Previous committed offset.'),
    to: long('New committed offset, which is lower.'),
  },
})
