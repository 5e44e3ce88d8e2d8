import { defineEvent } from '../definition.ts'
import { long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetRewound = defineEvent({
  type: 'offset-rewound',
  severity: 'warn',
  section: 'Offsets',
  trigger: 'A counted commit lower than the one before, while the group has members or is simple.',
  data: {
    ...topicPartition,
    from: long('Committed offset before.'),
    to: long('Committed offset after, lower.'),
  },
})
