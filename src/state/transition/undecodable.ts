import type { Undecodable } from '../../coordinator/decode.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import { dataParts } from '../../events/parts.ts'
import type { BatchFault } from '../../kafka/records/batch.ts'
import type { RecordCursor } from '../../kafka/records/recordCursor.ts'

interface Place {
  readonly partition: number
  readonly cluster: string
}

/** A record that Kafka itself would not read: reported with its bytes, so that nothing is dropped silently. */
export function undecodableRecord(place: Place, { typeId, version, ...why }: Undecodable, at: RecordCursor): KoffEvent {
  const error = `${why.part} at byte ${why.position}: ${why.reason}`
  const key = base64(at.bytes, at.keyStart, at.keyEnd)
  const value = base64(at.bytes, at.valueStart, at.valueEnd)
  return event(place, at.offset, at.timestamp, { typeId, version, error, key, value })
}

/**
 * What should have been a batch, or its rest after the last readable record. `timestamp`: that of the last record read. Where
 * its bytes lay is not told: that depends on how the log was fetched.
 */
export function undecodableBatch(place: Place, fault: BatchFault, offset: number, timestamp: number): KoffEvent {
  const error = `${fault.code}: ${fault.reason}`
  return event(place, offset, timestamp, { typeId: null, version: null, error, key: null, value: null })
}

type About = Omit<KoffEvent<'koff-undecodable'>['data'], 'partition' | 'position'>

function event(place: Place, offset: number, timestamp: number, about: About): KoffEvent {
  const { partition, cluster } = place
  const type = 'koff-undecodable'
  const data = { partition, position: offset, ...about }
  return newEvent({
    id: `${partition}-${offset}-${type}-0`,
    type,
    cluster,
    group: '',
    groupType: 'unknown',
    time: timestamp,
    source: { partition, offset, timestamp },
    // It has no list, and so one part; but bytes that cannot be read can be many.
    ...(dataParts(type, data, '')?.[0] ?? { data }),
  })
}

function base64(bytes: Buffer, start: number, end: number): string | null {
  return start < 0 ? null : bytes.toString('base64', start, end)
}
