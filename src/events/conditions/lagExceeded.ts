import { defineEvent } from '../definition.ts'
import { described, enumOf, long, nullable } from '../schema.ts'
import { lagInTime, topicPartitionLag } from '../shapes.ts'
import { closing } from './closing.ts'

export const lagExceeded = defineEvent({
  type: 'lag-exceeded',
  severity: 'warn',
  section: 'Conditions over time',
  trigger:
    'For `lagForMs`, the lag of the group, summed over its partitions, was at or above `lagThreshold`, or the lag in time of its worst partition was at or above `lagTimeThresholdMs`. Topics that the group no longer subscribes to do not count. Without either threshold, koff emits no such event.',
  data: {
    lag: nullable(long('Lag of the group.')),
    lagMs: nullable(described(lagInTime, 'That of its worst partition in time; null where it is not known.')),
    threshold: long('The threshold it reached: records, or ms.'),
    thresholdOf: nullable(
      enumOf(
        'LagThresholdOf',
        ['records', 'time'],
        '`records`: `threshold` is `lagThreshold`; `time`: it is `lagTimeThresholdMs`.',
      ),
    ),
    worst: described(topicPartitionLag, 'The partition that is furthest behind.'),
  },
})

export const lagRecovered = defineEvent({
  type: 'lag-recovered',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'lag-exceeded',
  trigger:
    'The lag of the group fell below half of the threshold, of each where two are set. Lag in time: its upper bound did.',
  data: closing,
})
