import { map, type OperatorFunction } from 'rxjs'

/**
 * What a source read at once, on its way: a response of a broker, a piece of a file. Its items are made as they are
 * asked for, and only once: the last stage asks, and each stage before it does its work item by item.
 */
export interface Chunk<T> {
  readonly items: Iterable<T>
  /** The last stage calls it: the source may read the next chunk. */
  readonly delivered: () => void
}

/** An operator of the work that a stage does on the items of each chunk, in order. */
export function overItems<A, B>(work: (items: Iterable<A>) => Iterable<B>): OperatorFunction<Chunk<A>, Chunk<B>> {
  return map(({ items, delivered }) => ({ items: work(items), delivered }))
}
