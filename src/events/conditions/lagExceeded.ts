import { defineEvent } from '../definition.ts'
import { described, long, nullable } from '../schema.ts'
import { lagInTime, topicPartitionLag } from '../shapes.ts'
import { closing } from './closing.ts'

export const lagExceeded = defineEvent({
  type: 'lag-exceeded',
  severity: 'warn',
  section: 'Conditions over time',
  trigger:
    'The lag of the group, summed over its partitions, was at or above `lagThreshold` for `lagForMs`; topics that the group no longer subscribes to do not count. Without a threshold there is none.',
  data: {
    lag: nullable(long('Lag of the group.')),
    lagMs: nullable(described(lagInTime, 'That of its worst partition in time; null where it is not known.')),
    threshold: long('The threshold it reached.'),
    worst: described(topicPartitionLag, 'The partition that is furthest behind.'),
  },
})

export const lagRecovered = defineEvent({
  type: 'lag-recovered',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'lag-exceeded',
  trigger: 'The lag of the group fell below half of the threshold.',
  data: closing,
})
