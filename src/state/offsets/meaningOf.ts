import type { Standing } from '../group/standing.ts'

/** `rewound` and `reset` stand for the events of those names; null: an ordinary commit. */
export type Meaning = 'rewound' | 'reset' | null

/** The status of one partition: some are treated like those of a simple group while their group has no members. */
export function standingFor(standing: Standing, isJudgedSimple: boolean): Standing {
  return isJudgedSimple && standing === 'without-members' ? 'simple' : standing
}

/**
 * The meaning of a plain commit of another offset than the one before. `standing` is the status of the group at the
 * time of the commit. The hot path filters with this rule and events are made with it, so that the two cannot disagree.
 */
export function meaningOf(standing: Standing, isLower: boolean): Meaning {
  if (standing === 'without-members') return 'reset'
  return isLower && standing !== 'unknown' ? 'rewound' : null
}
