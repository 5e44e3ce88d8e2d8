import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Input } from '../state/input.ts'
import { overItems } from './chunk.ts'
import type { Diffed } from './diff.ts'

/** What one input made happen: all events, in order. */
export interface Outcome {
  /** Of `__consumer_offsets`; null where the input is about the cluster. */
  readonly partition: number | null
  /** What it was; null for a batch, whose bytes may be another's by now. */
  readonly input: Exclude<Input, { readonly kind: 'batch' }> | null
  readonly events: readonly KoffEvent[]
}

/** Judges what has been true for a while, and puts the events of each input in the order of the contract. */
export const conditions = (fold: Fold) => overItems<Diffed, Outcome>(items => outcomesOf(fold, items))

export function* outcomesOf(fold: Fold, items: Iterable<Diffed>): Generator<Outcome, void, undefined> {
  for (const item of items) {
    switch (item.kind) {
      case 'records':
        fold.beginBatch(item.batch)
        break
      case 'change':
        item.state.judgeChange(item.change)
        break
      case 'end':
        yield { partition: item.state.partition, input: null, events: fold.endBatch(item.state) }
        break
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
