import type { Sink } from '../engine/sink.ts'
import type { HistoryItem } from '../history/items.ts'
import type { Checkpoint, Output } from './output.ts'
import type { StateStore } from './stateStore.ts'
import { StoredPieces } from './storedPieces.ts'

export interface StoredOutputOptions {
  readonly sink: Sink
  readonly store: StateStore
  /** Where the sink keeps a history: takes events and what belongs to them at once. */
  readonly keep?: ((items: readonly HistoryItem[], signal: AbortSignal) => Promise<void>) | undefined
}

/**
 * Any sink as an output: the events are written first, then the resulting state is stored with the position.
 * Guarantee: at least once, in order for each group, with ids that never change. What breaks it: deleting the store
 * causes a new first read. After a crash between the two writes, the events since the last stored position come again,
 * with the same ids.
 */
export function storedOutput({ sink, store, keep }: StoredOutputOptions): Output {
  const closing = new AbortController()
  /** A sink accepts one write at a time, but partitions commit independently. */
  let last: Promise<void> = Promise.resolve()

  const write = async ({ events, history = [] }: Checkpoint): Promise<void> => {
    const before = last
    const writing = (async () => {
      await before.catch(() => undefined)
      closing.signal.throwIfAborted()
      if (keep === undefined) await sink.write(events, closing.signal)
      else await keep([...events.map(event => ({ kind: 'event', event }) as const), ...history], closing.signal)
    })()
    last = writing
    await writing
  }

  return {
    name: sink.name,
    async open(signal, opening) {
      await store.open(signal)
      await sink.open(signal, opening)
    },
    async own(partition) {
      const pieces = new StoredPieces(partition)
      return {
        restore: signal => pieces.whole(store.read(partition, signal)),
        async commit(commit) {
          if (commit.events.length > 0 || (commit.history ?? []).length > 0) await write(commit)
          await store.write(partition, [...pieces.cut(commit.changes)])
        },
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await last.catch(() => undefined)
      await sink[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
