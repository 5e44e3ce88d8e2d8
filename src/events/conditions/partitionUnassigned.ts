import { defineEvent } from '../definition.ts'
import { topicPartition } from '../shapes.ts'
import { closing } from './closing.ts'

export const partitionUnassigned = defineEvent({
  type: 'partition-unassigned',
  severity: 'error',
  section: 'Conditions over time',
  trigger:
    'A partition of a subscribed topic had no owner for 60 s after a completed rebalance. Not judged while the assignment or the subscription of a member of a classic group cannot be read.',
  data: topicPartition,
})

export const partitionAssigned = defineEvent({
  type: 'partition-assigned',
  severity: 'info',
  section: 'Conditions over time',
  closes: 'partition-unassigned',
  trigger: 'The partition has an owner, or the topic is no longer subscribed to.',
  data: { ...topicPartition, ...closing },
})
