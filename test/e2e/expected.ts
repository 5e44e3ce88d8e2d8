import { expect } from 'vitest'
import type { Partitions } from '../clients/actor.ts'

/** What an event is to say: made of what a test did and of what its clients told, never of what koff read. */
export interface Expected {
  readonly type: string
  readonly groupType: string
  readonly data: unknown
}

/** A member as its client, or the broker, knows it. */
export interface Known {
  readonly id: string
  readonly clientId: string
  readonly instanceId?: string
  /** None of a streams member: its records do not tell them. */
  readonly topics?: readonly string[]
  /** Evaluated by the broker. */
  readonly regex?: string
  /** By topic; of a streams member by subtopology. */
  readonly assignment: Partitions
}

/** How the records of a group name what is assigned. */
export type Naming =
  | { readonly by: 'topic' }
  | { readonly by: 'topicId'; readonly ids: Readonly<Record<string, string>> }
  | { readonly by: 'subtopology' }

/** Takes down, event by event, what must be said about one group. */
export interface Tale {
  readonly events: Expected[]
  say(type: string, data: unknown): void
  joined(...members: readonly Known[]): void
  left(...members: readonly Known[]): void
  suspended(member: Known): void
  rebalanced(completed: Completed): void
}

export interface Completed {
  readonly from: number
  readonly to: number
  /** Of classic groups, and only of those. */
  readonly protocol?: string
  readonly leader?: string
  readonly before: readonly Known[]
  readonly after: readonly Known[]
  /** How what was held before is named, where the kind of group has changed since. */
  readonly named?: Naming
}

export function taleOf(groupType: string, naming: Naming = { by: 'topic' }): Tale {
  const events: Expected[] = []
  const say = (type: string, data: unknown) => void events.push({ type, groupType, data })
  return {
    events,
    say,
    joined: (...members) => sorted(members).forEach(known => say('member-joined', { member: memberOf(known) })),
    left: (...members) =>
      sorted(members).forEach(known => {
        say('member-left', { member: memberOf(known), held: heldBy(known.assignment, naming) })
      }),
    suspended: known => say('member-suspended', { member: memberOf(known), held: heldBy(known.assignment, naming) }),
    rebalanced: completed => say('rebalance', rebalance(completed, naming)),
  }
}

/** A member as events show it. */
export function memberOf({ id, clientId, instanceId, topics, regex }: Known) {
  const subscription = topics === undefined ? null : { topics: topics.toSorted(), regex: regex ?? null }
  return { id, instanceId: instanceId ?? null, clientId, host: '/127.0.0.1', rack: null, subscription }
}

/** Partitions as events show them. */
export function heldBy(assignment: Partitions, naming: Naming = { by: 'topic' }) {
  return Object.entries(assignment)
    .filter(([, partitions]) => partitions.length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, partitions]) => ({
      topic: naming.by === 'subtopology' ? null : name,
      topicId: naming.by === 'topicId' ? (naming.ids[name] ?? `no id of ${name}`) : null,
      subtopology: naming.by === 'subtopology' ? name : null,
      partitions: partitions.toSorted((a, b) => a - b),
    }))
}

function rebalance({ from, to, protocol, leader, before, after, named }: Completed, naming: Naming) {
  const everybody = new Map([...before, ...after].map(known => [known.id, known]))
  const changes = sorted([...everybody.values()]).flatMap(({ id: memberId, clientId }) => {
    const was = before.find(({ id }) => id === memberId)?.assignment ?? {}
    const is = after.find(({ id }) => id === memberId)?.assignment ?? {}
    const gained = heldBy(without(is, was), naming)
    const lost = heldBy(without(was, is), named ?? naming)
    return gained.length + lost.length === 0 ? [] : [{ memberId, clientId, gained, lost }]
  })
  return {
    epochBefore: from,
    epochAfter: to,
    protocol: protocol ?? null,
    leader: leader ?? null,
    memberCount: after.length,
    durationMs: protocol === undefined ? expect.any(Number) : null,
    moved: changes.flatMap(({ gained }) => gained.flatMap(({ partitions }) => partitions)).length,
    changes,
    unreadable: [],
  }
}

function without(assignment: Partitions, other: Partitions): Partitions {
  const rest = Object.entries(assignment).map(([name, partitions]) => [
    name,
    partitions.filter(partition => other[name]?.includes(partition) !== true),
  ])
  return Object.fromEntries(rest) as Partitions
}

function sorted(members: readonly Known[]): readonly Known[] {
  return members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
