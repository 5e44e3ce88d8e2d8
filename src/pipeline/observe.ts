import { overItems } from './chunk.ts'
import type { Diffed } from './diff.ts'

/** Shows each item to `observed`, and hands it on as it is. */
export const observe = (observed?: (item: Diffed) => void) =>
  overItems<Diffed, Diffed>(items => (observed === undefined ? items : seen(items, observed)))

function* seen(items: Iterable<Diffed>, observed: (item: Diffed) => void): Generator<Diffed, void, undefined> {
  for (const item of items) {
    observed(item)
    yield item
  }
}
