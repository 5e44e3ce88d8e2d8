import { type GroupConditions, newGroupConditions } from '../conditions/groupConditions.ts'
import { groupConditions } from '../conditions/settings.ts'
import type { StateChange } from './entry.ts'

/** What is stored of a group's conditions beside the entry that holds most of them: values by key, by kind. */
export type StoredConditions = ReadonlyMap<string, ReadonlyMap<string | number, string>>

type StoredMain = Pick<GroupConditions, 'anchor' | 'rebalancedAt'> & {
  readonly rebalancedOffset?: number | null
  readonly classic?: GroupConditions['classic']
  readonly classicDuration?: GroupConditions['classicDuration']
  readonly numbers: readonly (readonly [string, readonly [number, number]])[]
  /** The state of a condition, by its key. */
  readonly [key: string]: unknown
}

/** The entries of one group's conditions, after `JSON.parse`. */
export interface StoredConditionEntries {
  main: unknown
  /** Elements by key, by kind. */
  readonly elements: Map<string, Map<string | number, unknown>>
}

/** Kinds of entries that hold an element of a condition's state. */
export const elementKinds: ReadonlySet<string> = new Set(
  groupConditions.flatMap(({ elements }) => elements?.kind ?? []),
)

export const nothingStored: StoredConditions = new Map()

function mainKey(group: string): string {
  return JSON.stringify(['conditions', group])
}

function elementKey(kind: string, group: string, key: string | number): string {
  return JSON.stringify([kind, group, key])
}

/** The entries that make what is stored of a group's conditions what they are now. */
export function conditionChanges(
  group: string,
  conditions: GroupConditions | null,
  stored: StoredConditions = nothingStored,
): { readonly entries: readonly StateChange[]; readonly stored: StoredConditions } {
  const entries: StateChange[] = [{ key: mainKey(group), value: conditions === null ? null : mainValue(conditions) }]
  const now = new Map<string, ReadonlyMap<string | number, string>>()
  for (const { key, initial, elements } of groupConditions) {
    if (elements === undefined) continue
    const { kind } = elements
    const values = elements.encode(conditions === null ? initial : conditions.states[key])
    const before = stored.get(kind)
    for (const [at, value] of values) {
      if (before?.get(at) !== value) entries.push({ key: elementKey(kind, group, at), value })
    }
    for (const at of before?.keys() ?? []) {
      if (!values.has(at)) entries.push({ key: elementKey(kind, group, at), value: null })
    }
    now.set(kind, values)
  }
  return { entries, stored: now }
}

function mainValue({ states, numbers, ...facts }: GroupConditions): string {
  const encoded = groupConditions.map(({ key, encode }) => [
    key,
    encode === undefined ? states[key] : encode(states[key]),
  ])
  return JSON.stringify({ ...facts, numbers: [...numbers], ...Object.fromEntries(encoded) } satisfies StoredMain)
}

export function decodeConditions({ main, elements: byKind }: StoredConditionEntries): {
  readonly conditions: GroupConditions
  readonly stored: StoredConditions
} {
  const { anchor, rebalancedAt, rebalancedOffset, classic, classicDuration, numbers, ...stored } = main as StoredMain
  const { states } = newGroupConditions()
  for (const { key, decode, elements } of groupConditions) {
    const value = stored[key]
    // A state that was stored before there was this condition has nothing of it.
    if (value !== undefined) states[key] = decode === undefined ? value : decode(value)
    const found = elements === undefined ? undefined : byKind.get(elements.kind)
    if (elements !== undefined && found !== undefined) states[key] = elements.decode(states[key], found)
  }
  const texts = [...byKind].map(([kind, found]) => {
    return [kind, new Map([...found].map(([at, value]) => [at, JSON.stringify(value)]))] as const
  })
  const conditions = {
    anchor,
    rebalancedAt,
    // Older versions did not store these.
    rebalancedOffset: rebalancedOffset ?? null,
    classic: classic ?? null,
    classicDuration: classicDuration ?? null,
    states,
    numbers: new Map(numbers),
  }
  return { conditions, stored: new Map(texts) }
}
