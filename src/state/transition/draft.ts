import { type EventData, type EventType, rankOf } from '../../events/definitions.ts'
import type { GroupType, Severity } from '../../events/envelope.ts'

/** An event before it has a place: `partition.ts` gives it an id and a source. */
export type Draft<T extends EventType = EventType> = {
  readonly [K in T]: {
    readonly type: K
    readonly groupType: GroupType
    readonly time: number
    readonly data: EventData<K>
    /** Where it is not that of the type. */
    readonly severity?: Severity
  }
}[T]

/** Sorts into the order of the contract. Events of one type keep the order in which they were drafted. */
export function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  let last = 0
  for (const { type } of drafts) {
    const rank = rankOf(type)
    if (rank < last) return drafts.toSorted((a, b) => rankOf(a.type) - rankOf(b.type))
    last = rank
  }
  return drafts
}
