import type { OffsetCommitView } from '../../coordinator/offsetCommit.ts'

/**
 * When a commit was made. Clients could choose the commit timestamp (OffsetCommit v1): what is not above 0, or is more
 * than a number holds, is not a time, and the record's counts.
 */
export function commitTime({ commitTimestamp }: OffsetCommitView, recordTimestamp: number): number {
  return commitTimestamp > 0 && Number.isSafeInteger(commitTimestamp) ? commitTimestamp : recordTimestamp
}

/** The record's timestamp. Message format v0 has none: then what the commit says is all there is. */
export function recordTime(view: OffsetCommitView, recordTimestamp: number): number {
  return recordTimestamp > 0 ? recordTimestamp : commitTime(view, recordTimestamp)
}
