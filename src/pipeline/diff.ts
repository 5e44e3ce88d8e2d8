import type { Change, PartitionState } from '../state/partition.ts'
import { overItems } from './chunk.ts'
import type { GroupTransition, Transitioned } from './transitions.ts'

/** A group before and after a transition, and the meaning of the difference. */
export interface GroupChange {
  readonly kind: 'change'
  readonly state: PartitionState
  readonly change: Change
}

export type Diffed = Exclude<Transitioned, GroupTransition> | GroupChange

/** Compares the group before and after each transition, and keeps the state after it. */
export const diff = () => overItems(diffed)

export function* diffed(items: Iterable<Transitioned>): Generator<Diffed, void, undefined> {
  for (const item of items) {
    if (item.kind !== 'transition') {
      yield item
      continue
    }
    const { state, transition } = item
    const change = state.diff(transition)
    yield { kind: 'change', state, change }
    state.endTransition(change)
  }
}
