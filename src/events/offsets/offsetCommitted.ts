import { defineEvent } from '../definition.ts'
import { boolean, int, long, nullable, string } from '../schema.ts'
import { topicPartition } from '../shapes.ts'

export const offsetCommitted = defineEvent({
  type: 'offset-committed',
  severity: 'info',
  section: 'Offsets',
  defaultOn: false,
  trigger:
    'Every counted commit, also of the same offset as before. A transactional commit counts at its COMMIT marker, and only if there is no later record of the same key.',
  data: {
    ...topicPartition,
    offset: long('Committed offset: the next offset to read.'),
    previous: nullable(long('Previous committed offset; null where unknown.')),
    metadata: string('Metadata that the client sent with the commit.'),
    leaderEpoch: nullable(
      int('Leader epoch of the last record read; null where the commit has none (−1, or an older version).'),
    ),
    transactional: nullable(boolean('True for a transactional commit.')),
  },
})
