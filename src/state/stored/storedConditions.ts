import { type GroupConditions, newGroupConditions } from '../conditions/groupConditions.ts'
import { allAssigned } from '../conditions/partitionUnassigned.ts'
import { noStorm } from '../conditions/rebalanceStorm.ts'
import type { StateChange } from './entry.ts'

type Move = GroupConditions['storm']['moves'][number]
type Unowned = GroupConditions['unassigned']['unowned'][number]

/** The stored entries of a group's conditions, beside the one that holds most of them. */
export interface StoredConditions {
  /** The number in each entry's key. */
  readonly moves: ReadonlyMap<Move, number>
  /** Topic → value. */
  readonly unassigned: ReadonlyMap<string, string>
}

type StoredMain = Omit<GroupConditions, 'numbers' | 'unassigned' | 'storm'> & {
  readonly numbers: readonly (readonly [string, readonly [number, number]])[]
  readonly storm: Omit<GroupConditions['storm'], 'moves'>
}
type StoredUnowned = readonly [partition: number, since: number, open: Unowned['open']]
type StoredTopic = readonly [count: number | null, ...unowned: readonly StoredUnowned[]]

/** The entries of one group's conditions, after `JSON.parse`. */
export interface StoredConditionEntries {
  main: unknown
  readonly moves: Map<number, unknown>
  readonly unassigned: Map<string, unknown>
}

export const nothingStored: StoredConditions = { moves: new Map(), unassigned: new Map() }

function mainKey(group: string): string {
  return JSON.stringify(['conditions', group])
}

function moveKey(group: string, n: number): string {
  return JSON.stringify(['move', group, n])
}

function unassignedKey(group: string, topic: string): string {
  return JSON.stringify(['unassigned', group, topic])
}

/**
 * The entries that bring the stored conditions of a group up to date. Long lists of which little changes at a time have
 * one entry for each element: members that came or left, topics with their partitions.
 */
export function conditionChanges(
  group: string,
  conditions: GroupConditions | null,
  stored: StoredConditions = nothingStored,
): { readonly entries: readonly StateChange[]; readonly stored: StoredConditions } {
  const entries: StateChange[] = [{ key: mainKey(group), value: conditions === null ? null : mainValue(conditions) }]
  const moves = new Map<Move, number>()
  let last = Math.max(-1, ...stored.moves.values())
  for (const move of conditions?.storm.moves ?? []) {
    const known = stored.moves.get(move)
    moves.set(move, known ?? ++last)
    if (known === undefined) entries.push({ key: moveKey(group, last), value: JSON.stringify(move) })
  }
  for (const [move, n] of stored.moves) if (!moves.has(move)) entries.push({ key: moveKey(group, n), value: null })
  const unassigned = unassignedValues(conditions?.unassigned ?? allAssigned)
  for (const [topic, value] of unassigned) {
    if (stored.unassigned.get(topic) !== value) entries.push({ key: unassignedKey(group, topic), value })
  }
  for (const topic of stored.unassigned.keys()) {
    if (!unassigned.has(topic)) entries.push({ key: unassignedKey(group, topic), value: null })
  }
  return { entries, stored: { moves, unassigned } }
}

function mainValue({ unassigned: _unassigned, numbers, storm, ...plain }: GroupConditions): string {
  const { moves: _moves, ...counts } = storm
  return JSON.stringify({ ...plain, numbers: [...numbers], storm: counts } satisfies StoredMain)
}

function unassignedValues({ counts, unowned }: GroupConditions['unassigned']): Map<string, string> {
  const unownedOf = Map.groupBy(unowned, ({ topic }) => topic)
  const topics = new Set([...counts.keys(), ...unownedOf.keys()])
  return new Map(
    [...topics].map(topic => {
      const list = (unownedOf.get(topic) ?? []).map(({ partition, since, open }) => [partition, since, open] as const)
      return [topic, JSON.stringify([counts.get(topic) ?? null, ...list] satisfies StoredTopic)]
    }),
  )
}

export function decodeConditions({ main, moves: entries, unassigned: topics }: StoredConditionEntries): {
  readonly conditions: GroupConditions
  readonly stored: StoredConditions
} {
  const { numbers, storm, ...plain } = main as StoredMain
  const moves = new Map([...entries].sort(([a], [b]) => a - b).map(([n, move]) => [move as Move, n]))
  const counts = new Map<string, number>()
  const unowned: Unowned[] = []
  const unassigned = new Map<string, string>()
  for (const topic of [...topics.keys()].sort()) {
    const value = topics.get(topic) as StoredTopic
    const [count, ...list] = value
    unassigned.set(topic, JSON.stringify(value))
    if (count !== null) counts.set(topic, count)
    for (const [partition, since, open] of list) unowned.push({ topic, partition, since, open })
  }
  return {
    conditions: {
      ...newGroupConditions(),
      ...plain,
      numbers: new Map(numbers),
      storm: { ...noStorm, ...storm, moves: [...moves.keys()] },
      unassigned: { counts, unowned },
    },
    stored: { moves, unassigned },
  }
}
