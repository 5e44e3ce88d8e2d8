import type { GroupConditions } from '../conditions/groupConditions.ts'
import { type Group, type Holding, type Member, newGroup, newMember } from '../group/group.ts'
import { Members } from '../group/members.ts'
import { decodeConditions } from './storedConditions.ts'
import type { StoredCommit } from './storedOffsets.ts'

/*
 * What version 1 of the state stored differently: a group with all its members, its conditions, and a producer's open
 * transaction in one entry each, under `["group", name]`, `["condition", name]` and `["transaction", producer id]`.
 */

export interface Slot1 {
  readonly group: Group | null
  /** Topic names with their topic ids. */
  readonly topics: readonly (readonly [string, string])[]
}

/** A commit of an open transaction, and its key. */
export type Commit1 = StoredCommit & { readonly group: string; readonly topic: string; readonly partition: number }

type Partitions1 = readonly (readonly [string, readonly number[]])[]
type Member1 = Omit<Member, 'assignment' | 'pendingRevocation'> & {
  readonly assignment: Partitions1
  readonly pendingRevocation: Partitions1
}
type Holding1 = readonly [string, Omit<Holding, 'assignment'> & { readonly assignment: Partitions1 }]
type Group1 = Omit<Group, 'members' | 'settled'> & {
  readonly members: readonly Member1[]
  readonly settled: readonly Holding1[]
}
interface Unowned1 {
  readonly topic: string
  readonly partition: number
  readonly since: number
  readonly open: unknown
}
interface Conditions1 {
  readonly counts: readonly (readonly [topic: string, count: number])[]
  readonly unowned: readonly Unowned1[]
  readonly storm: { readonly moves: readonly unknown[] }
}

export function decodeSlot1(value: unknown): Slot1 {
  const { group, topics } = value as { group: Group1 | null; topics: Slot1['topics'] }
  return { group: group === null ? null : decodeGroup1(group), topics }
}

function decodeGroup1(stored: Group1): Group {
  const members = stored.members.map(member => {
    const assignment = new Map(member.assignment)
    const pendingRevocation = new Map(member.pendingRevocation)
    return [member.id, { ...newMember(member.id), ...member, assignment, pendingRevocation }] as const
  })
  const settled = stored.settled.map(
    ([id, holding]) => [id, { ...holding, assignment: new Map(holding.assignment) }] as const,
  )
  const head = newGroup(stored.name, stored.type)
  return { ...head, ...stored, members: new Members(new Map(members)), settled: new Map(settled) }
}

/** What version 2 stores in an entry for each move, and for each topic, was in the one entry. */
export function decodeConditions1(value: unknown): GroupConditions {
  const { counts, unowned, ...main } = value as Conditions1
  const moves = new Map<string | number, unknown>(main.storm.moves.map((move, n) => [n, move]))
  const unownedOf = Map.groupBy(unowned, ({ topic }) => topic)
  const countOf = new Map(counts)
  const topics = new Map<string | number, unknown>()
  for (const topic of new Set([...countOf.keys(), ...unownedOf.keys()])) {
    const list = (unownedOf.get(topic) ?? []).map(({ partition, since, open }) => [partition, since, open])
    topics.set(topic, [countOf.get(topic) ?? null, ...list])
  }
  return decodeConditions({
    main,
    elements: new Map([
      ['move', moves],
      ['unassigned', topics],
    ]),
  }).conditions
}
