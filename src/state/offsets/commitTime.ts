import type { OffsetCommitView } from '../../coordinator/offsetCommit.ts'

/**
 * The time of a commit. Clients could choose the commit timestamp (OffsetCommit v1). A value that is not above 0, or
 * not a safe integer, is not a time: the record's timestamp then counts.
 */
export function commitTime({ commitTimestamp }: OffsetCommitView, recordTimestamp: number): number {
  return commitTimestamp > 0 && Number.isSafeInteger(commitTimestamp) ? commitTimestamp : recordTimestamp
}

/** The record's timestamp. Message format v0 has none, so that only the commit's own timestamp is left. */
export function recordTime(view: OffsetCommitView, recordTimestamp: number): number {
  return recordTimestamp > 0 ? recordTimestamp : commitTime(view, recordTimestamp)
}
