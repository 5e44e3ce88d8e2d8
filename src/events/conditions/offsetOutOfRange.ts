import { defineEvent } from '../definition.ts'
import { long } from '../schema.ts'
import { topicPartition } from '../shapes.ts'
import { closing } from './closing.ts'

export const offsetOutOfRange = defineEvent({
  type: 'offset-out-of-range',
  severity: 'error',
  section: 'Conditions over time',
  trigger:
    'The committed offset is below the log start: records were deleted before they were read. Or it was above the log end at two samples running.',
  data: {
    ...topicPartition,
    offset: long('Committed offset.'),
    logStart: long('Log-start offset at the sample.'),
    logEnd: long('Log-end offset at the sample.'),
  },
})

export const offsetRangeRecovered = defineEvent({
  type: 'offset-range-recovered',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'offset-out-of-range',
  trigger: 'The committed offset is within the log again, or was deleted.',
  data: { ...topicPartition, ...closing },
})
