import type { Source } from '../../src/engine/source.ts'
import type { Input } from '../../src/state/input.ts'

/** A source that gives inputs in pieces of one size. */
export function sourceOf(inputs: readonly Input[], chunkSize: number): Source {
  return {
    cluster: 'c1',
    async *chunks() {
      for (let at = 0; at < inputs.length; at += chunkSize) yield inputs.slice(at, at + chunkSize)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
