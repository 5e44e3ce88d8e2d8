import type { Standing } from '../group/standing.ts'

/** `rewound` and `reset` are the events of those names; null: the commit is an ordinary one. */
export type Meaning = 'rewound' | 'reset' | null

/** That of one partition: some are judged as those of a simple group while their group has no members. */
export function standingFor(standing: Standing, isJudgedSimple: boolean): Standing {
  return isJudgedSimple && standing === 'without-members' ? 'simple' : standing
}

/**
 * What a plain commit means that differs from the one before it. `standing` is that of the group when the commit was
 * made. The hot path filters with this rule and the events are made with it, so that neither can miss what the other knows.
 */
export function meaningOf(standing: Standing, isLower: boolean): Meaning {
  if (standing === 'without-members') return 'reset'
  return isLower && standing !== 'unknown' ? 'rewound' : null
}
