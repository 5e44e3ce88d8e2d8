import type { Fold } from '../engine/fold.ts'
import type { PartitionState } from '../state/partition.ts'
import type { Collected } from '../state/transition/collect.ts'
import { overItems } from './chunk.ts'
import type { Decoded } from './decode.ts'

/** The effect of one batch, or of one marker, on one group. */
export interface GroupTransition {
  readonly kind: 'transition'
  readonly state: PartitionState
  readonly transition: Collected
}

/** All records of a batch were read. */
export interface EndOfBatch {
  readonly kind: 'end'
  readonly state: PartitionState
}

export type Transitioned = Decoded | GroupTransition | EndOfBatch

/**
 * Applies the records of each batch, one transition for each group: the batch, its transitions, its end. Offsets that
 * only move forward are applied without an object.
 */
export const transitions = (fold: Fold) => overItems<Decoded, Transitioned>(items => transitionsOf(fold, items))

export function* transitionsOf(fold: Fold, items: Iterable<Decoded>): Generator<Transitioned, void, undefined> {
  for (const item of items) {
    yield item
    if (item.kind !== 'records') continue
    const state = fold.stateOf(item.batch.partition)
    const read = state.read(item.batch, item.cursor)
    if (read !== null) for (const transition of read) yield { kind: 'transition', state, transition }
    yield { kind: 'end', state }
  }
}
