import { severities, sourceKinds } from './envelope.ts'
import { boolean, described, enumOf, int, long, nullable, record, string, time } from './schema.ts'
import { groupType } from './shapes.ts'

/** The fields of `KoffEvent` except `data`. */
export const envelopeFields = {
  id: string(
    'The same whenever the same log is read: `<partition>-<offset>-<ordinal>`; of timed events `<partition>-<offset>-<type>-<n>`. Never contains a colon.',
  ),
  type: string('Name of the event type in kebab-case; determines the record of `data`.'),
  cluster: string('Cluster id of Kafka; empty for offline input without one.'),
  group: string('Group id; empty in events about koff itself that do not concern a group.'),
  groupType: described(groupType, 'Kind of the group after the transition; of a group that ended, before it.'),
  time: time(
    'When it happened: the timestamp of the record (of a plain commit its commitTimestamp, where valid); of a timed event its deadline.',
  ),
  severity: enumOf('Severity', severities, 'Severity; fixed for each type, except for `offset-rewound`.'),
  source: record('EventSource', 'The origin of the event.', {
    kind: enumOf('SourceKind', sourceKinds, '`log`: `__consumer_offsets`.'),
    partition: nullable(int('Partition of `__consumer_offsets`; null where the source is not a log.')),
    offset: nullable(long('Offset of the last record of the group in the transition, or of the transaction marker.')),
    timestamp: nullable(time('Timestamp of that record.')),
    after: nullable(time('For a source that polls: the event happened after this time; null for a log.')),
    before: nullable(time('For a source that polls: the event happened before this time; null for a log.')),
    sequence: nullable(long('For a source that polls: number of the observation; null for a log.')),
  }),
  part: int('Number of this part of a large event, from 1. The parts of an event differ in id, part and data.'),
  parts: int('Number of parts of the event; 1 unless it is large.'),
  truncated: boolean('True where a text was too long and was shortened.'),
}
