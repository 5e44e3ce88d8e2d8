import { type Group, memberCount } from './group.ts'

/** The status of a group that gives a commit its meaning. `unknown`: there was no group, and the commit created it. */
export type Standing = 'unknown' | 'simple' | 'with-members' | 'without-members'

export function standingOf(group: Group | null): Standing {
  if (group === null) return 'unknown'
  if (group.type === 'simple') return 'simple'
  return memberCount(group) > 0 ? 'with-members' : 'without-members'
}
