import type { Fold } from '../engine/fold.ts'
import type { PartitionState } from '../state/partition.ts'
import type { Collected } from '../state/transition/collect.ts'
import { overItems } from './chunk.ts'
import type { Decoded, OpenBatch } from './decode.ts'

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

export type Transitioned = Exclude<Decoded, OpenBatch> | GroupTransition | EndOfBatch

/**
 * Applies the records of each batch: its transitions, one for each group, then its end. Offsets that only move forward are
 * applied without an object. A batch is not handed on: most have one record, and each step of each stage would count.
 */
export const transitions = (fold: Fold) => overItems<Decoded, Transitioned>(items => transitionsOf(fold, items))

export function* transitionsOf(fold: Fold, items: Iterable<Decoded>): Generator<Transitioned, void, undefined> {
  let end: EndOfBatch | null = null as EndOfBatch | null
  for (const item of items) {
    if (item.kind !== 'records') {
      yield item
      continue
    }
    const state = fold.beginBatch(item.batch)
    const read = state.read(item.batch, item.cursor)
    if (read !== null) for (const transition of read) yield { kind: 'transition', state, transition }
    if (end?.state !== state) end = { kind: 'end', state }
    yield end
  }
}
