import { defineEvent } from '../definition.ts'
import { enumOf, long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetReset = defineEvent({
  type: 'offset-reset',
  severity: 'warn',
  section: 'Offsets',
  trigger:
    'A counted plain commit that differs from one before, while the group is known, not simple, and has no members: as it stood when the commit was made, where a batch holds more than that. Not for a first commit, nor for a transactional one: the member may be gone before its marker.',
  data: {
    ...topicPartition,
    from: long('Committed offset before.'),
    to: long('Committed offset after.'),
    direction: enumOf('Direction', ['forward', 'backward'], 'Which way the offset was moved.'),
  },
})
