import type { TopicPartitions } from '../../events/shapes.ts'
import { type Assignment, assignmentOf, compareText, type Holding, type KeyedBy, type Member } from './group.ts'
import type { TopicNames } from './topicNames.ts'

/** What a member holds: its assignment, and partitions that it has yet to revoke. Null: its bytes cannot be read. */
export function heldBy(member: Member): Assignment | null {
  if (member.assignment === null || member.pendingRevocation.size === 0) return member.assignment
  return assignmentOf([...member.assignment, ...member.pendingRevocation])
}

/** Partitions as events show them: the name where it is known, else only the id; sorted by name, then by id. */
export function shown(assignment: Assignment, keyedBy: KeyedBy, names: TopicNames): TopicPartitions[] {
  const result: TopicPartitions[] = []
  for (const [key, partitions] of assignment) {
    switch (keyedBy) {
      case 'topic':
        result.push({ topic: key, topicId: null, subtopology: null, partitions })
        break
      case 'topicId':
        result.push({ topic: names.nameOf(key), topicId: key, subtopology: null, partitions })
        break
      case 'subtopology':
        result.push({ topic: null, topicId: null, subtopology: key, partitions })
        break
    }
  }
  return result.sort(
    (a, b) =>
      compareNullable(a.topic, b.topic) ||
      compareNullable(a.topicId, b.topicId) ||
      compareNullable(a.subtopology, b.subtopology),
  )
}

export interface HoldingChange {
  readonly gained: TopicPartitions[]
  readonly lost: TopicPartitions[]
  /** Number of partitions gained. */
  readonly gainedCount: number
}

const nothing: Holding = { clientId: '', keyedBy: 'topic', assignment: new Map() }
const noChange: HoldingChange = { gained: [], lost: [], gainedCount: 0 }

/**
 * What a member holds now and did not hold before, and the reverse; nothing where one of them is unknown. A topic with
 * another id is another topic. But a migration changes how topics are identified: there a name and an id are the same
 * topic where the id's name is known.
 */
export function compareHoldings(
  { assignment: old, keyedBy: oldKeyedBy }: Holding = nothing,
  { assignment: now, keyedBy: nowKeyedBy }: Holding = nothing,
  names: TopicNames,
): HoldingChange {
  if (old === null || now === null) return noChange
  const [before, after] = [
    { assignment: old, keyedBy: oldKeyedBy },
    { assignment: now, keyedBy: nowKeyedBy },
  ]
  const idOf = before.keyedBy === after.keyedBy ? asItIs : byName(names)
  const gained = without(after, partitionsOf(before, idOf), idOf)
  let gainedCount = 0
  for (const partitions of gained.values()) gainedCount += partitions.length
  return {
    gained: shown(gained, after.keyedBy, names),
    lost: shown(without(before, partitionsOf(after, idOf), idOf), before.keyedBy, names),
    gainedCount,
  }
}

/** The form in which keys of an assignment are compared. */
type IdOf = (key: string, keyedBy: KeyedBy) => string

const asItIs: IdOf = key => key

function byName(names: TopicNames): IdOf {
  return (key, keyedBy) => (keyedBy === 'topicId' ? (names.nameOf(key) ?? key) : key)
}

type Held = { readonly keyedBy: KeyedBy; readonly assignment: Assignment }

function without(holding: Held, other: ReadonlyMap<string, ReadonlySet<number>>, idOf: IdOf): Assignment {
  const left = new Map<string, readonly number[]>()
  for (const [key, partitions] of holding.assignment) {
    const there = other.get(idOf(key, holding.keyedBy))
    const rest = there === undefined ? partitions : partitions.filter(partition => !there.has(partition))
    if (rest.length > 0) left.set(key, rest)
  }
  return left
}

function partitionsOf({ assignment, keyedBy }: Held, idOf: IdOf): Map<string, ReadonlySet<number>> {
  const result = new Map<string, Set<number>>()
  for (const [key, partitions] of assignment) {
    const id = idOf(key, keyedBy)
    result.set(id, new Set([...(result.get(id) ?? []), ...partitions]))
  }
  return result
}

function compareNullable(a: string | null, b: string | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return compareText(a, b)
}
