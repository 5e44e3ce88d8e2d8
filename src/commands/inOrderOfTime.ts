import { inTime } from '../app/lookBack.ts'
import type { Sink } from '../engine/sink.ts'
import type { KoffEvent } from '../events/envelope.ts'

/** How long a line waits for earlier ones of other partitions. */
const windowMs = 1_000

/**
 * Puts events of several partitions into the order of their times, for people: each waits for a second at most.
 *
 * Guarantee: that of the sink, a second later; what waits when the process is killed is not written.
 */
export function inOrderOfTime(sink: Sink): Sink {
  let waiting: { readonly event: KoffEvent; readonly dueAt: number }[] = []
  let timer: NodeJS.Timeout | undefined
  let failure: unknown
  let signal: AbortSignal = new AbortController().signal

  async function flush(now: number): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const dueOf = new Map(waiting.map(({ event, dueAt }) => [event, dueAt]))
    const ordered = inTime(waiting.map(({ event }) => event))
    const last = ordered.findLastIndex(event => (dueOf.get(event) ?? 0) <= now)
    const due = ordered.slice(0, last + 1)
    const isDue = new Set(due)
    waiting = waiting.filter(({ event }) => !isDue.has(event))
    const next = Math.min(...waiting.map(({ dueAt }) => dueAt))
    if (waiting.length > 0)
      timer = setTimeout(() => void flush(Date.now()).catch(failed), Math.max(0, next - Date.now()))
    if (due.length > 0) await sink.write(due, signal)
  }

  function failed(error: unknown): void {
    failure ??= error
  }

  return {
    name: sink.name,
    open: aborts => sink.open(aborts),
    async write(events, aborts) {
      if (failure !== undefined) throw failure
      signal = aborts
      const now = Date.now()
      for (const event of events) waiting.push({ event, dueAt: now + windowMs })
      await flush(now)
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer)
      if (failure === undefined && !signal.aborted) await flush(Number.POSITIVE_INFINITY)
    },
  }
}
