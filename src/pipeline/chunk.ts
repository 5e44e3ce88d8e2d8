import type { OperatorFunction } from 'rxjs'
import { map } from './rxjs.ts'

/**
 * The result of one read of a source: a response of a broker, a part of a file. Its items are produced on demand and
 * only once: the last stage iterates, and each stage before it processes one item at a time.
 */
export interface Chunk<T> {
  readonly items: Iterable<T>
  /** The last stage calls it: the source may read the next chunk. */
  readonly delivered: () => void
}

/** An operator that applies the work of a stage to the items of each chunk, in order. */
export function overItems<A, B>(work: (items: Iterable<A>) => Iterable<B>): OperatorFunction<Chunk<A>, Chunk<B>> {
  return map(({ items, delivered }) => ({ items: work(items), delivered }))
}
