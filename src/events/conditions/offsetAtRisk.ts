import { defineEvent } from '../definition.ts'
import { long, millis, nullable } from '../schema.ts'
import { topicPartition } from '../shapes.ts'
import { closing } from './closing.ts'

export const offsetAtRisk = defineEvent({
  type: 'offset-at-risk',
  severity: 'warn',
  section: 'Conditions over time',
  trigger:
    'Retention is about to delete records that the group has not read: it has lag, the log start moved in the last hour, and the committed offset is so close to it that the log start reaches it within `riskWithinMs` (1 h) at the pace of that hour, or it lies in the oldest `riskRatio` (10 %) of the log. Not for topics `<group>-…-repartition`, where Kafka Streams itself deletes what it has read.',
  data: {
    ...topicPartition,
    offset: long('Committed offset.'),
    logStart: long('Log-start offset at the sample.'),
    logEnd: long('Log-end offset at the sample.'),
    expectedInMs: nullable(
      millis(
        'When the log start reaches the committed offset, at the pace of the last hour; null where that is not known.',
      ),
    ),
  },
})

export const offsetSafe = defineEvent({
  type: 'offset-safe',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'offset-at-risk',
  trigger: 'A sample shows that one of the three does not hold any more, or the offset was deleted.',
  data: { ...topicPartition, ...closing },
})
