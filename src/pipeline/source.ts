import type { Chunk } from './chunk.ts'
import { Observable } from './rxjs.ts'

/** Opens an input, as chunks of items. The signal aborts when reading ends, for whatever reason. */
export type OpenChunks<T> = (signal: AbortSignal) => AsyncIterable<Iterable<T>>

/**
 * The chunks of a source, on demand: the next one is read when the last one was delivered, so that at most one chunk is
 * in flight, however slow the sink is. A subscription opens the source. The end of the source, a failure and an
 * unsubscribe each end it once: its iterator returns, and its signal aborts.
 */
export function source<T>(open: OpenChunks<T>): Observable<Chunk<T>> {
  return new Observable(subscriber => {
    const ended = new AbortController()
    let wake: () => void = () => undefined
    const read = async () => {
      for await (const items of open(ended.signal)) {
        if (subscriber.closed) return
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        subscriber.next({ items, delivered: resolve })
        await promise
        if (subscriber.closed) return
      }
    }
    read().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    )
    return () => {
      ended.abort()
      wake()
    }
  })
}
