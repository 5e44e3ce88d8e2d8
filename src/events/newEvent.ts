import { type EventType, severityOf } from './definitions.ts'
import type { KoffEvent, RecordPlace } from './envelope.ts'

/** The fields that differ between events of one type; `data` must be of that type. */
export interface NewEvent
  extends Pick<KoffEvent, 'id' | 'type' | 'cluster' | 'group' | 'groupType' | 'time'>,
    Partial<Pick<KoffEvent, 'severity' | 'part' | 'parts' | 'truncated'>> {
  readonly source: RecordPlace
  readonly data: object
}

/**
 * An event with the severity of its type and in one part, unless given otherwise. Large data is split by `dataParts`
 * before.
 */
export function newEvent<T extends EventType>(event: NewEvent & { readonly type: T }): KoffEvent<T> {
  const { id, type, cluster, group, groupType, time, severity = severityOf(type), source, data } = event
  const { partition, offset, timestamp } = source
  const { part = 1, parts = 1, truncated = false } = event
  return {
    id,
    type,
    cluster,
    group,
    groupType,
    time,
    severity,
    source: { kind: 'log', partition, offset, timestamp, after: null, before: null, sequence: null },
    part,
    parts,
    truncated,
    data,
  } as KoffEvent<T>
}
