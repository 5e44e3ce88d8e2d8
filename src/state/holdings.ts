import type { TopicPartitions } from '../events/shapes.ts'
import { type Assignment, assignmentOf, compareText, type Holding, type KeyedBy, type Member } from './group.ts'
import type { TopicNames } from './topicNames.ts'

/** What a member holds: its assignment and what it was told to give up but has not yet. */
export function heldBy(member: Member): Assignment {
  if (member.pendingRevocation.size === 0) return member.assignment
  return assignmentOf([...member.assignment, ...member.pendingRevocation])
}

/** Partitions as events show them: the name where it is known, else the id alone; sorted by name, then by id. */
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

/**
 * What a member holds now and did not before, and the reverse. A migration changes how topics are named: a name and an
 * id are the same topic where the id's name is known.
 */
export function compareHoldings(before: Holding = nothing, after: Holding = nothing, names: TopicNames): HoldingChange {
  const old = named(before, names)
  const now = named(after, names)
  const gained = without(after, old, names)
  let gainedCount = 0
  for (const partitions of gained.values()) gainedCount += partitions.length
  return {
    gained: shown(gained, after.keyedBy, names),
    lost: shown(without(before, now, names), before.keyedBy, names),
    gainedCount,
  }
}

function without(holding: Holding, other: ReadonlyMap<string, ReadonlySet<number>>, names: TopicNames): Assignment {
  const left = new Map<string, readonly number[]>()
  for (const [key, partitions] of holding.assignment) {
    const there = other.get(nameOf(key, holding.keyedBy, names))
    const rest = there === undefined ? partitions : partitions.filter(partition => !there.has(partition))
    if (rest.length > 0) left.set(key, rest)
  }
  return left
}

function named(holding: Holding, names: TopicNames): Map<string, ReadonlySet<number>> {
  const result = new Map<string, ReadonlySet<number>>()
  for (const [key, partitions] of holding.assignment) {
    result.set(nameOf(key, holding.keyedBy, names), new Set(partitions))
  }
  return result
}

function nameOf(key: string, keyedBy: KeyedBy, names: TopicNames): string {
  return keyedBy === 'topicId' ? (names.nameOf(key) ?? key) : key
}

function compareNullable(a: string | null, b: string | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return compareText(a, b)
}
