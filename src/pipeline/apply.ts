import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Input } from '../state/input.ts'
import { outcomesOf } from './conditions.ts'
import { decoded } from './decode.ts'
import { diffed } from './diff.ts'
import { transitionsOf } from './transitions.ts'

/** Applies one input to all stages at once, for callers without chunks. Returns its events, in order. */
export function apply(fold: Fold, input: Input): readonly KoffEvent[] {
  // As the conditions stage does, but without four generators: a round of samples has thousands of inputs.
  if (input.kind !== 'batch') return fold.take(input)
  const outcomes = outcomesOf(fold, diffed(transitionsOf(fold, decoded([input]))))
  return [...outcomes].flatMap(({ events }) => events)
}
