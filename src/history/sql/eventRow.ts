import { withInt64 } from '../../coordinator/jsonValue.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { storedEvent } from '../../events/storedEvent.ts'
import type { Row, SqlValue } from '../store.ts'

/** The columns of `events`, in the order of `eventsTable`. */
export function eventRow(event: KoffEvent): readonly SqlValue[] {
  const { cluster, id, type, group, groupType, time, severity, source, data } = event
  const { topic, partition, opened, member } = subjectOf(data)
  return [
    cluster,
    id,
    type,
    group,
    groupType,
    time,
    severity,
    topic,
    partition,
    member?.id ?? null,
    member?.instanceId ?? null,
    member?.clientId ?? null,
    member?.host ?? null,
    opened,
    source.partition,
    source.offset,
    restOf(event),
    dataJson(data),
  ]
}

/** A replacer makes `JSON.stringify` five times slower, and few events have an offset that needs it. */
function dataJson(data: KoffEvent['data']): string {
  try {
    return JSON.stringify(data)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(data, withInt64)
  }
}

/** An event as it was when it was written; null where this version of koff does not know its type. */
export function eventOf(row: Row): KoffEvent | null {
  const rest = parsed(row['rest']) as Partial<Rest>
  const time = Number(row['time'])
  return storedEvent({
    id: row['id'],
    type: row['type'],
    cluster: row['cluster'],
    group: row['group'],
    groupType: row['kind'],
    time,
    severity: row['severity'],
    source: {
      kind: 'log',
      partition: Number(row['source_partition']),
      offset: Number(row['source_offset']),
      timestamp: rest.timestamp ?? time,
      after: null,
      before: null,
      sequence: null,
    },
    part: rest.part ?? 1,
    parts: rest.parts ?? 1,
    truncated: rest.truncated ?? false,
    data: parsed(row['data']),
  })
}

/** Fields of the envelope that nearly always have one value; null where all have it. */
interface Rest {
  readonly timestamp: number
  readonly part: number
  readonly parts: number
  readonly truncated: boolean
}

function restOf({ time, source, part, parts, truncated }: KoffEvent): string | null {
  const rest: Partial<Rest> = {
    ...(source.timestamp === time ? {} : { timestamp: source.timestamp }),
    // The first part has no `part`, so that views find it.
    ...(part === 1 ? {} : { part }),
    ...(parts === 1 ? {} : { parts }),
    ...(truncated ? { truncated } : {}),
  }
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest)
}

function parsed(json: SqlValue | undefined): Readonly<Record<string, unknown>> {
  return json === null || json === undefined ? {} : (JSON.parse(String(json)) as Readonly<Record<string, unknown>>)
}

interface Subject {
  readonly topic: string | null
  readonly partition: number | null
  readonly opened: string | null
  readonly member: SubjectMember | null
}

interface SubjectMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string | null
  readonly host: string | null
}

/** What an event is about: one topic, one partition, one member, where it is about one. */
function subjectOf(data: KoffEvent['data']): Subject {
  const member =
    'member' in data && data.member !== null
      ? data.member
      : 'instanceId' in data
        ? { id: data.to, instanceId: data.instanceId, clientId: null, host: null }
        : null
  return {
    topic: 'topic' in data ? data.topic : null,
    // Of `__consumer_offsets` where the event names no topic.
    partition: 'partition' in data && 'topic' in data ? data.partition : null,
    opened: 'opened' in data ? data.opened : null,
    member,
  }
}
