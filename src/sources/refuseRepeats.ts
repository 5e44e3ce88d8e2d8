import { KoffError } from '../base/errors.ts'
import type { Source } from '../engine/source.ts'
import type { Input } from '../state/input.ts'

/**
 * The same inputs, for callers that build a state of them. Fails with INPUT_UNREADABLE where a file begins before the
 * last offset that was read of its partition, because records would be applied twice or out of order: two recordings
 * that overlap, or the same partition of two brokers. Within a file only a damaged batch goes back, which ends nothing.
 */
export function refuseRepeats(source: Source): Source {
  return {
    cluster: source.cluster,
    async *chunks(signal) {
      const ends = new Map<number, number>()
      for await (const inputs of source.chunks(signal)) {
        for (const input of inputs) check(input, ends)
        yield inputs
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function check(input: Input, ends: Map<number, number>): void {
  if (input.kind !== 'batch') return
  const { partition, byteOffset, baseOffset, lastOffset } = input.batch
  const end = ends.get(partition) ?? -1
  if (baseOffset > end) {
    ends.set(partition, lastOffset)
    return
  }
  if (byteOffset > 0) return
  const what = `offset ${baseOffset} of partition ${partition} comes after ${end}`
  throw new KoffError('INPUT_UNREADABLE', `${what}: give each part of a log once, and recordings in its order`)
}
