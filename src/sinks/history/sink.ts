import { KoffError } from '../../base/errors.ts'
import { retry } from '../../base/retry.ts'
import type { ItemSink } from '../../history/itemSink.ts'
import type { HistoryItem } from '../../history/items.ts'
import { openHistory } from '../../history/openHistory.ts'
import type { HistoryStore } from '../../history/store.ts'

export interface HistorySinkOptions {
  /** A SQLite file, made with its folder where it is not there. Or `url`. */
  readonly file?: string | undefined
  /** Of a PostgreSQL database. */
  readonly url?: string | undefined
  /** How long `write` tries while the history cannot be written; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before something that failed is repeated. */
  readonly retried?: ((error: KoffError) => void) | undefined
}

/** Items in one transaction: another program that writes waits for no more than this. */
const writeSize = 2_000

/**
 * Events in a history, each once: it outlives groups, compaction and retention, and `koff history` asks it.
 *
 * Guarantee: each event once, in the order of writing, durable when a write resolves. What breaks it: a disk that lies about
 * what it has.
 * @throws KoffError HISTORY_UNAVAILABLE, retriable where the history is locked or the disk is full.
 */
export function historySink({ file, url, deliveryTimeoutMs = 120_000, retried }: HistorySinkOptions): ItemSink {
  const place = url ?? file
  if (place === undefined) throw new KoffError('USAGE', 'history: give a file, or the URL of a PostgreSQL database')
  let opened: HistoryStore | null = null
  let closed = false
  const keep = async (items: readonly HistoryItem[], signal: AbortSignal) => {
    signal.throwIfAborted()
    for (let at = 0; at < items.length; at += writeSize) {
      const part = items.slice(at, at + writeSize)
      const attempt = async () => {
        if (closed) throw new KoffError('SINK_FAILED', 'history: written to after it was closed')
        if (opened === null) throw new KoffError('SINK_FAILED', 'history: written to before it was opened')
        await opened.write(part, signal)
      }
      await retry(attempt, { signal, timeoutMs: deliveryTimeoutMs, retried })
      signal.throwIfAborted()
    }
  }
  return {
    name: 'history',
    async open(signal, opening) {
      const attempt = async () => {
        opened ??= await openHistory(place)
      }
      await retry(attempt, { signal, timeoutMs: deliveryTimeoutMs, retried, watch: opening?.('the history') })
    },
    write: (events, signal) =>
      keep(
        events.map(event => ({ kind: 'event', event })),
        signal,
      ),
    keep,
    async [Symbol.asyncDispose]() {
      closed = true
      await opened?.[Symbol.asyncDispose]()
      opened = null
    },
  }
}
