import { type Group, keyedBy, type Member, membersAmong, membersOf, sameAssignment } from '../group/group.ts'
import { heldBy } from '../group/holdings.ts'
import type { TopicNames } from '../group/topicNames.ts'

/** Partitions whose owner changed in a transition, by topic name. */
export type MovedPartitions = ReadonlyMap<string, ReadonlySet<number>>

/**
 * Partitions whose owner changed; null where the records do not show owners: members of streams groups hold tasks, and
 * an assignment may be unreadable. A static member that returned with another id is the same owner.
 */
export function movedPartitions(before: Group | null, after: Group | null, names: TopicNames): MovedPartitions | null {
  const [old, now] = different(before, after)
  const owners = ownersOf(before, old, names)
  const newOwners = ownersOf(after, now, names)
  if (owners === null || newOwners === null) return null
  const moved = new Map<string, Set<number>>()
  const move = (topic: string, partition: number) => {
    const partitions = moved.get(topic)
    if (partitions === undefined) moved.set(topic, new Set([partition]))
    else partitions.add(partition)
  }
  for (const [topic, partitions] of newOwners) {
    const known = owners.get(topic)
    for (const [partition, owner] of partitions) if (known?.get(partition) !== owner) move(topic, partition)
  }
  for (const [topic, partitions] of owners) {
    const known = newOwners.get(topic)
    for (const partition of partitions.keys()) if (known?.has(partition) !== true) move(topic, partition)
  }
  return moved
}

/** Topic name → partition → owner. */
type Owners = ReadonlyMap<string, ReadonlyMap<number, string>>

function ownersOf(group: Group | null, members: readonly Member[], names: TopicNames): Owners | null {
  const owners = new Map<string, Map<number, string>>()
  if (group === null || members.length === 0) return owners
  const kind = keyedBy(group.type)
  if (kind === 'subtopology') return null
  for (const member of members) {
    const held = heldBy(member)
    if (held === null) return null
    const owner = member.instanceId === null ? `id ${member.id}` : `instance ${member.instanceId}`
    for (const [key, partitions] of held) {
      const topic = kind === 'topicId' ? names.nameOf(key) : key
      if (topic === null) continue
      let ofTopic = owners.get(topic)
      if (ofTopic === undefined) owners.set(topic, (ofTopic = new Map()))
      for (const partition of partitions) ofTopic.set(partition, owner)
    }
  }
  return owners
}

/** The members before and after whose holdings can differ. */
function different(before: Group | null, after: Group | null): readonly [old: Member[], now: Member[]] {
  const touched = before === null ? null : (after?.members.touchedSince(before.members) ?? null)
  const ids = touched === null ? null : [...touched]
  const old = ids === null ? membersOf(before) : membersAmong(before, ids)
  const now = ids === null ? membersOf(after) : membersAmong(after, ids)
  if (before === null || after === null || keyedBy(before.type) !== keyedBy(after.type)) return [old, now]
  const sameHeld = new Set<string>()
  for (const member of now) {
    const previous = before.members.get(member.id)
    const held = heldBy(member)
    if (held !== null && previous?.described === true && sameAssignment(heldBy(previous), held)) sameHeld.add(member.id)
  }
  const differs = ({ id }: Member) => !sameHeld.has(id)
  return [old.filter(differs), now.filter(differs)]
}
