import { KoffError } from '../../base/errors.ts'
import { retry } from '../../base/retry.ts'
import type { EventType } from '../../events/definitions.ts'
import type { ItemSink } from '../../history/itemSink.ts'
import type { HistoryItem } from '../../history/items.ts'
import { openHistory } from '../../history/openHistory.ts'
import type { HistoryStore } from '../../history/store.ts'

export interface HistorySinkOptions {
  /** A SQLite file, created with its folder if it is missing. Or `url`. */
  readonly file?: string | undefined
  /** The URL of a PostgreSQL database. */
  readonly url?: string | undefined
  /** What is to be removed, and when; nothing is unless given. */
  readonly retention?: Retention | undefined
  /** How long `write` tries while the history cannot be written; 2 min unless given. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Called before a retry. */
  readonly retried?: ((error: KoffError) => void) | undefined
}

export interface Retention {
  /** What ended longer ago goes, ms. */
  readonly keepMs?: number | undefined
  /** Events of these types go when they are so old, ms, whatever `keepMs` is. */
  readonly keepTypesMs?: Partial<Record<EventType, number>> | undefined
  /** The oldest goes until about so many bytes are left. */
  readonly keepBytes?: number | undefined
}

const pruneEveryMs = 10 * 60_000

/** Items in one transaction: another program that writes waits for no more than this. */
const writeSize = 5_000

/**
 * Events in a history, each once: it outlives groups, compaction and retention, and `koff history` asks it.
 *
 * Guarantee: each event once, in the order of writing, durable when a write resolves. What breaks it: a disk that lies about
 * what it has.
 * @throws KoffError HISTORY_UNAVAILABLE, retriable where the history is locked or the disk is full.
 */
export function historySink({
  file,
  url,
  deliveryTimeoutMs = 120_000,
  retention,
  retried,
}: HistorySinkOptions): ItemSink {
  const place = url ?? file
  if (place === undefined) throw new KoffError('USAGE', 'history: give a file, or the URL of a PostgreSQL database')
  let opened: HistoryStore | null = null
  let closed = false
  let prunedAt = Number.NEGATIVE_INFINITY
  let pruning: Promise<void> | null = null
  const retained = { removed: {} as Record<string, number>, failures: 0, bytes: null as number | null }

  /** In small steps between writes; what fails is tried again the next time. */
  const pruneIfDue = (store: HistoryStore) => {
    if (retention === undefined || pruning !== null || performance.now() - prunedAt < pruneEveryMs) return
    prunedAt = performance.now()
    const now = Date.now()
    const { keepMs, keepTypesMs = {}, keepBytes: bytes } = retention
    const before = keepMs === undefined ? undefined : now - keepMs
    const byType = Object.entries(keepTypesMs) as [EventType, number][]
    const eventsBefore = new Map(byType.map(([type, ms]) => [type, now - ms]))
    const attempt = async () => {
      const removed = await store.prune({ before, bytes, eventsBefore, signal: closing.signal })
      for (const [table, rows] of Object.entries(removed))
        retained.removed[table] = (retained.removed[table] ?? 0) + rows
      retained.bytes = await store.size()
    }
    pruning = attempt().then(
      () => undefined,
      (error: unknown) => {
        if (!closing.signal.aborted) retained.failures += 1
        if (error instanceof KoffError) retried?.(error)
      },
    )
    void pruning.finally(() => (pruning = null))
  }
  const closing = new AbortController()
  const keep = async (items: readonly HistoryItem[], signal: AbortSignal) => {
    signal.throwIfAborted()
    for (let at = 0; at < items.length; at += writeSize) {
      const part = items.slice(at, at + writeSize)
      const attempt = async () => {
        if (closed) throw new KoffError('SINK_FAILED', 'history: written to after it was closed')
        if (opened === null) throw new KoffError('SINK_FAILED', 'history: written to before it was opened')
        await opened.write(part, signal)
        pruneIfDue(opened)
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
    retained: () => (retention === undefined ? null : retained),
    async [Symbol.asyncDispose]() {
      closed = true
      closing.abort()
      await pruning
      await opened?.[Symbol.asyncDispose]()
      opened = null
    },
  }
}
