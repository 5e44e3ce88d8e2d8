import { isDeepStrictEqual } from 'node:util'
import type { KoffEvent } from '../events/envelope.ts'
import { eventsAfter } from './queries/events.ts'
import { eventOf } from './sql/eventRow.ts'
import type { HistoryReader } from './store.ts'

export interface VerifyOptions {
  /** What the clean topic has, up to where it ended at the start. */
  readonly events: AsyncIterable<readonly KoffEvent[]>
  readonly reader: HistoryReader
  readonly cluster: string
}

/** An event that the history and the topic do not both have, or not as the same. */
export interface Difference {
  readonly id: string
  readonly group: string
  readonly type: string
  readonly time: number
  /** `missing`: the topic has it, the history does not. `extra`: the other way round. `different`: both, with other content. */
  readonly fault: 'missing' | 'extra' | 'different'
}

export interface Verified {
  /** Events of the topic that were compared. */
  readonly compared: number
}

const lookUpSize = 500

/**
 * Compares the events of a topic with a history, id by id. An event of the history is extra where the topic begins before it
 * and has a later one of its partition of `__consumer_offsets`, and not it.
 */
export async function* verify({ events, reader, cluster }: VerifyOptions): AsyncGenerator<Difference, Verified, void> {
  const ids = new Set<string>()
  const ends = new Map<number, number>()
  let oldest = Number.POSITIVE_INFINITY
  let compared = 0
  for await (const piece of events) {
    for (let at = 0; at < piece.length; at += lookUpSize) {
      const part = piece.slice(at, at + lookUpSize).filter(event => event.cluster === cluster)
      const stored = await storedOf(reader, cluster, part)
      for (const event of part) {
        compared += ids.has(event.id) ? 0 : 1
        ids.add(event.id)
        oldest = Math.min(oldest, event.time)
        const { partition, offset } = event.source
        ends.set(partition, Math.max(ends.get(partition) ?? 0, offset))
        const found = stored.get(event.id)
        if (found === undefined) yield differenceOf(event, 'missing')
        else if (!isDeepStrictEqual(found, event)) yield differenceOf(event, 'different')
      }
    }
  }
  let after = 0
  while (Number.isFinite(oldest)) {
    const page = await eventsAfter(reader, after, { cluster, from: oldest })
    for (const { event } of page) {
      const isWithin = event.source.offset <= (ends.get(event.source.partition) ?? -1)
      if (isWithin && event.time > oldest && !ids.has(event.id)) yield differenceOf(event, 'extra')
    }
    const last = page.at(-1)
    if (last === undefined) break
    after = last.sequence
  }
  return { compared }
}

async function storedOf(
  reader: HistoryReader,
  cluster: string,
  events: readonly KoffEvent[],
): Promise<ReadonlyMap<string, KoffEvent | null>> {
  if (events.length === 0) return new Map()
  const marks = events.map(() => '?').join(', ')
  const sql = `SELECT * FROM events WHERE cluster = ? AND id IN (${marks})`
  const rows = await reader.all(sql, [cluster, ...events.map(({ id }) => id)])
  return new Map(rows.map(row => [String(row['id']), eventOf(row)]))
}

function differenceOf({ id, group, type, time }: KoffEvent, fault: Difference['fault']): Difference {
  return { id, group, type, time, fault }
}
