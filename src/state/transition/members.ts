import type { TopicPartitions } from '../../events/shapes.ts'
import {
  compareText,
  type Group,
  isSuspended,
  keyedBy,
  type Member,
  membersAmong,
  membersOf,
  sameSubscription,
} from '../group/group.ts'
import { heldBy, shown } from '../group/holdings.ts'
import type { TopicNames } from '../group/topicNames.ts'
import type { Draft } from './draft.ts'

export interface Moment {
  readonly time: number
  readonly names: TopicNames
}

/**
 * Members that joined, left, came back with another id, or changed, between two states of a group. Members are compared
 * by id, static ones also by instance id, across kinds of group: a member in both states neither left nor joined.
 */
export function memberDrafts(before: Group | null, after: Group | null, moment: Moment): Draft[] {
  const [old, now] = different(before, after)
  if (old.length === 0 && now.length === 0) return []
  const oldIds = new Map(old.map(member => [member.id, member]))
  const nowIds = new Map(now.map(member => [member.id, member]))
  const oldInstances = instancesOf(before)
  const nowInstances = instancesOf(after)
  // A group that ended is described by its last state.
  const groupType = (after ?? before)?.type ?? 'simple'
  const drafts: Draft[] = []
  const add = (draft: Omit<Draft<MemberEvent>, 'groupType' | 'time'>) =>
    drafts.push({ ...draft, groupType, time: moment.time } as Draft)

  for (const member of now) {
    if (oldIds.has(member.id)) continue
    const predecessor = member.instanceId === null ? undefined : oldInstances().get(member.instanceId)
    if (predecessor === undefined) {
      add({ type: 'member-joined', data: { member: describe(member) } })
    } else {
      add({
        type: 'member-replaced',
        data: {
          instanceId: member.instanceId ?? '',
          from: predecessor.id,
          to: member.id,
          hostChanged: member.host !== predecessor.host,
        },
      })
    }
  }
  for (const member of old) {
    if (nowIds.has(member.id)) continue
    if (member.instanceId !== null && nowInstances().has(member.instanceId)) continue
    add({ type: 'member-left', data: { member: describe(member), held: heldIn(before, member, moment.names) } })
  }
  for (const member of now) {
    const previous = oldIds.get(member.id)
    if (isSuspended(member) && (previous === undefined || !isSuspended(previous))) {
      const waiting =
        previous === undefined ? heldIn(after, member, moment.names) : heldIn(before, previous, moment.names)
      add({ type: 'member-suspended', data: { member: describe(member), held: waiting } })
    }
    if (previous === undefined) continue
    const changes = changed(previous, member)
    if (changes.length > 0) add({ type: 'member-changed', data: { member: describe(member), changes } })
  }
  return drafts
}

type MemberEvent = 'member-joined' | 'member-left' | 'member-replaced' | 'member-suspended' | 'member-changed'

/** A member as events show it. */
export function describe(member: Member): {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly rack: string | null
  readonly subscription: { readonly topics: readonly string[]; readonly regex: string | null } | null
} {
  const { id, instanceId, clientId, host, rack, subscription } = member
  return { id, instanceId, clientId, host, rack, subscription }
}

export function sortedMembers(group: Group | null): Member[] {
  return membersOf(group).sort((a, b) => compareText(a.id, b.id))
}

/** Null: unknown. */
export function heldIn(group: Group | null, member: Member, names: TopicNames): TopicPartitions[] | null {
  if (group === null) return []
  const held = heldBy(member)
  return held === null ? null : shown(held, keyedBy(group.type), names)
}

function changed(before: Member, after: Member): ('clientId' | 'host' | 'subscription')[] {
  const changes: ('clientId' | 'host' | 'subscription')[] = []
  if (before.clientId !== after.clientId) changes.push('clientId')
  if (before.host !== after.host) changes.push('host')
  // Null: the records do not contain the subscription, so they do not show a change of it.
  if (before.subscription !== null && after.subscription !== null) {
    if (!sameSubscription(before.subscription, after.subscription)) changes.push('subscription')
  }
  return changes
}

/** The members before and after that can differ, each sorted by id: untouched members are equal. */
function different(before: Group | null, after: Group | null): readonly [old: Member[], now: Member[]] {
  const touched = before === null ? null : (after?.members.touchedSince(before.members) ?? null)
  if (touched === null) return [sortedMembers(before), sortedMembers(after)]
  const ids = [...touched].sort(compareText)
  return [membersAmong(before, ids), membersAmong(after, ids)]
}

/**
 * Static members by instance id. Needed only where one joined or left, which is rare, because it takes a look at all
 * members.
 */
function instancesOf(group: Group | null): () => ReadonlyMap<string, Member> {
  let instances: Map<string, Member> | null = null
  return () => {
    if (instances !== null) return instances
    instances = new Map()
    for (const member of sortedMembers(group)) if (member.instanceId !== null) instances.set(member.instanceId, member)
    return instances
  }
}
