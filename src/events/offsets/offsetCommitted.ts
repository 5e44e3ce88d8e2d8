import { defineEvent } from '../definition.ts'
import { boolean, int, long, nullable, string } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetCommitted = defineEvent({
  type: 'offset-committed',
  severity: 'info',
  section: 'Offsets',
  defaultOn: false,
  trigger:
    'Every counted commit, also one of the same offset again. A transactional commit counts at its COMMIT marker, and only if no later record of the same key is there.',
  data: {
    ...topicPartition,
    offset: long('Committed offset: the next one to read.'),
    previous: nullable(long('Committed offset before; null where none was known.')),
    metadata: string('Metadata of the commit, as the client gave it.'),
    leaderEpoch: nullable(
      int('Leader epoch of the last record read; null where the commit carries none (−1, or none in the version).'),
    ),
    transactional: nullable(boolean('True where the commit came in a transaction.')),
  },
})
