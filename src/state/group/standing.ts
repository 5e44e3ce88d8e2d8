import { type Group, memberCount } from './group.ts'

/** The status of a group that gives a commit its meaning. `unknown`: there was no group, and the commit created it. */
export type Standing = 'unknown' | 'simple' | 'with-members' | 'without-members'

export function standingOf(group: Group | null): Standing {
  if (group === null) return 'unknown'
  if (group.type === 'simple') return 'simple'
  return memberCount(group) > 0 ? 'with-members' : 'without-members'
}

/**
 * The migrations of Kafka that keep a group's offsets: between classic and consumer with their members (KIP-848), and
 * between classic and any other kind without members (KIP-1071). Kafka treats a simple group as a classic one.
 */
export function canBecome(from: Group, to: Group): boolean {
  if (from.type === 'simple') return true
  if (from.type !== 'classic' && to.type !== 'classic') return false
  return from.type === 'consumer' || to.type === 'consumer' || memberCount(from) === 0
}
