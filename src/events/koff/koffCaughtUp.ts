import { defineEvent } from '../definition.ts'
import { int, long, nullable } from '../schema.ts'

export const koffCaughtUp = defineEvent({
  type: 'koff-caught-up',
  severity: 'info',
  section: 'About koff itself',
  trigger:
    'The first read of a partition of `__consumer_offsets` reached the end that the partition had at the start: later events are news.',
  data: {
    partition: nullable(int('Partition of `__consumer_offsets`.')),
    position: nullable(long('The next offset to read.')),
  },
})
