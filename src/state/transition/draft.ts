import { type EventData, type EventType, rankOf } from '../../events/definitions.ts'
import type { GroupType, Severity } from '../../events/envelope.ts'

/** An event without a place: `partition.ts` gives it an id and a source. */
export type Draft<T extends EventType = EventType> = {
  readonly [K in T]: {
    readonly type: K
    readonly groupType: GroupType
    readonly time: number
    readonly data: EventData<K>
    /** Where it differs from the severity of the type. */
    readonly severity?: Severity
  }
}[T]

/**
 * Sorts into the order of the contract. Events of one type keep the order of their drafts. A member that joins and is
 * suspended in one transition joins first: a reader must not meet a member before it joined.
 */
export function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  let last = 0
  for (const { type } of drafts) {
    const rank = rankOf(type)
    if (rank < last) {
      const placeOf = placesAmong(drafts)
      return drafts.toSorted((a, b) => placeOf(a) - placeOf(b))
    }
    last = rank
  }
  return drafts
}

function placesAmong(drafts: readonly Draft[]): (draft: Draft) => number {
  if (!drafts.some(({ type }) => type === 'member-suspended')) return ({ type }) => rankOf(type)
  const come = new Set<string>()
  for (const { type, data } of drafts) {
    if (type === 'member-joined') come.add(data.member.id)
    if (type === 'member-replaced') come.add(data.to)
  }
  return ({ type, data }) => rankOf(type === 'member-suspended' && come.has(data.member.id) ? 'member-joined' : type)
}
