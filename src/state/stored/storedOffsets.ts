import type { Int64 } from '../../events/envelope.ts'
import type { Open } from '../conditions/tell.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { PendingCommit } from '../offsets/transactions.ts'

export type StoredInt64 = number | string

/** Offset, commitTimestamp, log position. */
export type StoredOffset = readonly [StoredInt64, number, number]

/** A commit of an open transaction. */
export interface StoredCommit {
  readonly offset: StoredInt64
  readonly position: number
  readonly leaderEpoch: number
  readonly metadata: string
  /** base64; null where the record carries none. */
  readonly topicId: string | null
}

/** What conditions over time know of one committed offset. What does not apply is left out. */
export interface StoredRowConditions {
  /** A window in which it is behind: since when. */
  readonly window?: readonly [since: number]
  /** The committed offset that the last sample found above the log end. */
  readonly above?: number
  readonly stalled?: Open
  readonly outOfRange?: Open
  readonly numbers?: readonly (readonly [string, readonly [number, number]])[]
}

export function offsetValue(table: OffsetTable, row: number): string {
  const value: StoredOffset = [encodeInt64(table.offsetOf(row)), table.times[row] ?? 0, table.positions[row] ?? 0]
  return JSON.stringify(value)
}

/** Null where there is nothing to store. */
export function rowConditionValue({ watch }: OffsetTable, row: number): string | null {
  if (watch === null || !watch.isWorthStoring(row)) return null
  const since = watch.since[row] ?? Number.NaN
  const above = watch.above.get(row)
  const conditions = watch.conditions.get(row)
  const value: StoredRowConditions = {
    ...(Number.isNaN(since) ? {} : { window: [since] }),
    ...(above === undefined ? {} : { above }),
    ...(conditions?.stalled ? { stalled: conditions.stalled } : {}),
    ...(conditions?.outOfRange ? { outOfRange: conditions.outOfRange } : {}),
    ...(conditions === undefined ? {} : { numbers: [...conditions.numbers] }),
  }
  return JSON.stringify(value)
}

export function pendingValue({ offset, exact, topicId, ...plain }: PendingCommit): string {
  const value: StoredCommit = {
    offset: encodeInt64(Number.isNaN(offset) ? exact : offset),
    position: plain.position,
    leaderEpoch: plain.leaderEpoch,
    metadata: plain.metadata,
    topicId: topicId?.toString('base64') ?? null,
  }
  return JSON.stringify(value)
}

export function decodePending(row: number, { offset, topicId, ...plain }: StoredCommit): PendingCommit {
  const exact = decodeInt64(offset)
  return {
    row,
    offset: numberOf(exact),
    exact: BigInt(exact),
    position: plain.position,
    leaderEpoch: plain.leaderEpoch,
    metadata: plain.metadata,
    topicId: topicId === null ? null : Buffer.from(topicId, 'base64'),
  }
}

function encodeInt64(value: Int64): StoredInt64 {
  return typeof value === 'bigint' ? value.toString() : value
}

export function decodeInt64(stored: StoredInt64): Int64 {
  return typeof stored === 'string' ? BigInt(stored) : stored
}

/** NaN where only a bigint is exact. */
export function numberOf(value: Int64): number {
  return typeof value === 'bigint' ? Number.NaN : value
}
