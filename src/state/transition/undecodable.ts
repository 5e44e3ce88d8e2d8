import type { Undecodable } from '../../coordinator/decode.ts'
import type { EventGroupType, KoffEvent, RecordPlace } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import { dataParts } from '../../events/parts.ts'
import type { BatchFault } from '../../kafka/records/batch.ts'
import type { RecordCursor } from '../../kafka/records/recordCursor.ts'

interface Place {
  readonly partition: number
  readonly cluster: string
}

/**
 * A record that Kafka itself could not read: reported with its bytes, so that nothing is dropped silently. `known` is
 * the kind of its group, where it is known.
 */
export function undecodableRecord(
  place: Place,
  { typeId, version, group, ...why }: Undecodable,
  at: RecordCursor,
  known: EventGroupType | undefined,
): KoffEvent {
  const error = `${why.part} at byte ${why.position}: ${why.reason}`
  const key = base64(at.bytes, at.keyStart, at.keyEnd)
  const value = base64(at.bytes, at.valueStart, at.valueEnd)
  const about = { typeId, version, error, key, value }
  return event({ ...place, offset: at.offset, timestamp: at.timestamp }, about, {
    group: group ?? '',
    groupType: group === null ? 'unknown' : (known ?? kindOf(why.type)),
  })
}

/** Groups of nearly all kinds have offset commits. */
function kindOf(type: Undecodable['type']): EventGroupType {
  if (type === 'GROUP_METADATA') return 'classic'
  if (type?.startsWith('CONSUMER_GROUP_') === true) return 'consumer'
  if (type?.startsWith('SHARE_GROUP_') === true) return 'share'
  return type?.startsWith('STREAMS_GROUP_') === true ? 'streams' : 'unknown'
}

/**
 * Something in place of a batch, or the rest of a batch after its last readable record. `timestamp` is that of the last
 * record. The byte position is left out, because it depends on how the log was fetched.
 */
export function undecodableBatch(place: Place, fault: BatchFault, offset: number, timestamp: number): KoffEvent {
  const error = `${fault.code}: ${fault.reason}`
  const about = { typeId: null, version: null, error, key: null, value: null }
  return event({ ...place, offset, timestamp }, about, { group: '', groupType: 'unknown' })
}

type About = Omit<KoffEvent<'koff-undecodable'>['data'], 'partition' | 'position'>

function event(
  { partition, cluster, offset, timestamp }: Place & RecordPlace,
  about: About,
  group: Pick<KoffEvent, 'group' | 'groupType'>,
): KoffEvent {
  const type = 'koff-undecodable'
  const data = { partition, position: offset, ...about }
  return newEvent({
    id: `${partition}-${offset}-${type}-0`,
    type,
    cluster,
    ...group,
    time: timestamp,
    source: { partition, offset, timestamp },
    // It has no list, and so one part; but its bytes can be many.
    ...(dataParts(type, data, group.group)?.[0] ?? { data }),
  })
}

function base64(bytes: Buffer, start: number, end: number): string | null {
  return start < 0 ? null : bytes.toString('base64', start, end)
}
