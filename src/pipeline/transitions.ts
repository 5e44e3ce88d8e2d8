import type { OperatorFunction } from 'rxjs'
import type { Fold } from '../engine/fold.ts'
import type { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import type { PartitionState } from '../state/partition.ts'
import type { Collected } from '../state/transition/collect.ts'
import type { Chunk } from './chunk.ts'
import type { DecodedChunk } from './decode.ts'
import { map } from './rxjs.ts'

/** The effect of one batch, or of one marker, on one group. */
export interface GroupTransition {
  readonly kind: 'transition'
  readonly state: PartitionState
  readonly transition: Collected
}

/** All records of a batch were read, or of some batches that only moved offsets forward. */
export interface EndOfBatch {
  readonly kind: 'end'
  readonly state: PartitionState
}

export type Transitioned = Exclude<Input, { readonly kind: 'batch' }> | GroupTransition | EndOfBatch

export interface TransitionsOptions {
  readonly fold: Fold
  /** True: each batch has an end of its own. */
  readonly everyBatch: boolean
}

/**
 * Applies the records of each batch: its transitions, one for each group, then its end. Nearly all batches move an offset
 * forward and do nothing else. They are applied here, without an object, and several of one partition have one end: a
 * step of each later stage for each of them would take as long as applying them.
 */
export function transitions(options: TransitionsOptions): OperatorFunction<DecodedChunk, Chunk<Transitioned>> {
  return map(({ items, cursor, delivered }) => ({ items: transitionsOf(options, items, cursor), delivered }))
}

export function* transitionsOf(
  { fold, everyBatch }: TransitionsOptions,
  inputs: Iterable<Input>,
  cursor: RecordCursor,
): Generator<Transitioned, void, undefined> {
  /** The partition whose last batches have no end yet. */
  let quiet: PartitionState | null = null as PartitionState | null
  for (const input of inputs) {
    if (input.kind !== 'batch') {
      if (quiet !== null) yield { kind: 'end', state: quiet }
      quiet = null
      yield input
      continue
    }
    const { batch } = input
    if (quiet !== null && quiet.partition !== batch.partition) yield { kind: 'end', state: quiet }
    quiet = null
    const state = fold.beginBatch(batch)
    cursor.open(batch)
    const read = state.read(batch, cursor)
    if (read === null && !everyBatch && fold.isQuiet(state)) quiet = state
    else {
      if (read !== null) for (const transition of read) yield { kind: 'transition', state, transition }
      yield { kind: 'end', state }
    }
  }
  if (quiet !== null) yield { kind: 'end', state: quiet }
}
