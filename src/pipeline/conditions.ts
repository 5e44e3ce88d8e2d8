import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Input } from '../state/input.ts'
import { overItems } from './chunk.ts'
import type { Diffed } from './diff.ts'

/** The events of one input, in order; or of some batches without an event. */
export interface Outcome {
  /** Partition of `__consumer_offsets`; null where the input is about the cluster. */
  readonly partition: number | null
  /** The input; null for batches, whose bytes may already be reused. */
  readonly input: Exclude<Input, { readonly kind: 'batch' }> | null
  readonly events: readonly KoffEvent[]
}

/** Evaluates conditions over time, and puts the events of each input into the order of the contract. */
export const conditions = (fold: Fold) => overItems<Diffed, Outcome>(items => outcomesOf(fold, items))

export function* outcomesOf(fold: Fold, items: Iterable<Diffed>): Generator<Outcome, void, undefined> {
  for (const item of items) {
    switch (item.kind) {
      case 'change':
        item.state.judgeChange(item.change)
        break
      case 'end': {
        const { partition } = item.state
        yield { partition, input: null, events: fold.endBatch(item.state) }
        break
      }
      case 'fault':
        yield { partition: item.fault.partition, input: item, events: fold.take(item) }
        break
      case 'position':
        yield { partition: item.partition, input: item, events: fold.take(item) }
        break
      case 'topic':
      case 'logEnd':
      case 'groupState':
      case 'shareStart':
      case 'offsetTime':
      case 'tick':
        yield { partition: null, input: item, events: fold.take(item) }
    }
  }
}
