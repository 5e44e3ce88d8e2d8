import { severities, sourceKinds } from './envelope.ts'
import { boolean, described, enumOf, int, long, nullable, record, string, time } from './schema.ts'
import { groupType } from './shapes.ts'

/** The fields of `KoffEvent` but `data`. */
export const envelopeFields = {
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
  severity: enumOf('Severity', severities, 'Fixed for each type.'),
  source: record('EventSource', 'Where the event was read from.', {
    kind: enumOf('SourceKind', sourceKinds, '`log`: `__consumer_offsets`.'),
    partition: nullable(int('Partition of `__consumer_offsets`; null where the source is not a log.')),
    offset: nullable(
      long('Offset of the last record of the group in the transition, or of the marker that made it count.'),
    ),
    timestamp: nullable(time('Timestamp of that record.')),
    after: nullable(time('Of a source that polls: the event happened after this time; null in a log.')),
    before: nullable(time('Of a source that polls: the event happened before this time; null in a log.')),
    sequence: nullable(long('Of a source that polls: number of the observation; null in a log.')),
  }),
  part: int('Which part of a large event this is, from 1. The parts of an event differ in id, part and data.'),
  parts: int('How many parts the event has; 1 unless it is large.'),
  truncated: boolean('True where a text was too long and is shortened.'),
}
