import { type EventType, severityOf } from './definitions.ts'
import type { KoffEvent, RecordPlace } from './envelope.ts'

/** What sets one event apart from others of its type; `data` must be of that type. */
export interface NewEvent
  extends Pick<KoffEvent, 'id' | 'type' | 'cluster' | 'group' | 'groupType' | 'time'>,
    Partial<Pick<KoffEvent, 'severity'>> {
  readonly source: RecordPlace
  readonly data: object
}

/** A whole event, with the severity of its type unless another is given. */
export function newEvent<T extends EventType>(event: NewEvent & { readonly type: T }): KoffEvent<T> {
  const { id, type, cluster, group, groupType, time, severity = severityOf(type), source, data } = event
  const { partition, offset, timestamp } = source
  return {
    id,
    type,
    cluster,
    group,
    groupType,
    time,
    severity,
    source: { kind: 'log', partition, offset, timestamp, after: null, before: null, sequence: null },
    part: 1,
    parts: 1,
    truncated: false,
    data,
  } as KoffEvent<T>
}
