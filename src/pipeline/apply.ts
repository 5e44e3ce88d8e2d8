import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import { outcomesOf } from './conditions.ts'
import { diffed } from './diff.ts'
import { transitionsOf } from './transitions.ts'

/** Applies one input to all stages at once, for callers without chunks. Returns its events, in order. */
export function apply(fold: Fold, input: Input): readonly KoffEvent[] {
  // As the conditions stage does, but without the stages before it: a round of samples has thousands of inputs.
  if (input.kind !== 'batch') return fold.take(input)
  const cursor = new RecordCursor()
  const outcomes = outcomesOf(fold, diffed(transitionsOf({ fold, everyBatch: false }, [input], cursor)))
  return [...outcomes].flatMap(({ events }) => events)
}
