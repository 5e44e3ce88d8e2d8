import { severities } from './envelope.ts'
import { described, enumOf, int, long, record, string, time } from './schema.ts'
import { groupType } from './shapes.ts'

/** The fields of `KoffEvent` but `data`, for the Avro schema and the documentation. */
export const envelopeSchema = record(
  'KoffEvent',
  'Something that happened to a Kafka consumer group, or to koff itself.',
  {
    id: string(
      'The same whenever the same log is read: `<partition>-<offset>-<ordinal>`, of events that time brings `<partition>-<offset>-<type>-<n>`. Never holds a colon.',
    ),
    type: string('What happened: the kebab-case name of the event; decides which record `data` is.'),
    cluster: string('Cluster id of Kafka; empty when read offline and not given.'),
    group: string('Group id; empty in events about koff itself that concern no group.'),
    groupType: described(groupType, 'Kind of the group after the transition; of a group that is gone, before.'),
    time: time(
      'When it happened: the time of the record (of a plain commit its commitTimestamp, where that is a time); of an event that time brings, its deadline.',
    ),
    severity: enumOf('Severity', severities, 'Fixed for each type.', 'info'),
    source: record('EventSource', 'Where in `__consumer_offsets` it is read from.', {
      partition: int('Partition of `__consumer_offsets`.'),
      offset: long('Offset of the last record of the group in the transition, or of the marker that made it count.'),
      timestamp: time('Timestamp of that record.'),
    }),
  },
)
