import type { KoffEvent } from '../../events/envelope.ts'
import type { CoverageItem, HistoryItem } from '../items.ts'
import type { HistoryStore, Written } from '../store.ts'
import { EventGroups } from './eventGroups.ts'

export interface ImportOptions {
  /** Events in pieces, those of each group in order. */
  readonly events: AsyncIterable<readonly KoffEvent[]>
  readonly store: HistoryStore
  /** True where the topic still has its first event: then groups are known from the first event on. */
  readonly isWhole: () => boolean
  readonly signal: AbortSignal
}

/** From when to when there are events of a partition of `__consumer_offsets`. */
interface Extent {
  readonly cluster: string
  readonly partition: number
  from: CoverageItem['from']
  to: CoverageItem['to']
}

const writeSize = 5_000

/**
 * Fills a history from events that were written before: events, members and owners. A repeat changes nothing.
 */
export async function importEvents({ events, store, isWhole, signal }: ImportOptions): Promise<Written> {
  const groups = new EventGroups()
  const extents = new Map<string, Extent>()
  const total = { events: 0, items: 0 }
  const write = async (items: readonly HistoryItem[]) => {
    for (let at = 0; at < items.length; at += writeSize) {
      const written = await store.write(items.slice(at, at + writeSize), signal)
      total.events += written.events
      total.items += written.items
    }
  }
  for await (const piece of events) {
    for (const event of piece) {
      groups.take(event)
      extend(extents, event)
    }
    await write(piece.map(event => ({ kind: 'event', event })))
  }
  await write(groups.items())
  await write(
    [...extents.values()].map(({ cluster, partition, from, to }): CoverageItem => {
      const knows = isWhole() ? (['events', 'owners'] as const) : (['events'] as const)
      return { kind: 'coverage', cluster, partition, knows, from, to }
    }),
  )
  return total
}

function extend(extents: Map<string, Extent>, { cluster, source, time }: KoffEvent): void {
  const { partition, offset } = source
  const key = `${partition} ${cluster}`
  const place = { position: offset, time }
  const known = extents.get(key)
  if (known === undefined) extents.set(key, { cluster, partition, from: place, to: { position: offset + 1, time } })
  else {
    known.from = { position: Math.min(known.from.position, offset), time: Math.min(known.from.time, time) }
    known.to = { position: Math.max(known.to.position, offset + 1), time: Math.max(known.to.time, time) }
  }
}
