import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Input } from '../state/input.ts'
import { outcomesOf } from './conditions.ts'
import { decoded } from './decode.ts'
import { diffed } from './diff.ts'
import { transitionsOf } from './transitions.ts'

/** Takes one input through the stages at once, for what has no chunks. Returns what it made happen, in order. */
export function apply(fold: Fold, input: Input): readonly KoffEvent[] {
  // What the conditions stage does with it, without four generators: a round of samples has thousands of inputs.
  if (input.kind !== 'batch') return fold.take(input)
  const outcomes = outcomesOf(fold, diffed(transitionsOf(fold, decoded([input]))))
  return [...outcomes].flatMap(({ events }) => events)
}
