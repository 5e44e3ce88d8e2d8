import type { Int64 } from '../../events/envelope.ts'
import { wordsOf } from '../../kafka/records/int64.ts'
import type { Open } from '../conditions/conditionEvents.ts'
import type { RowWatch } from '../conditions/rowWatch.ts'
import { offsetConditions } from '../conditions/settings.ts'
import { idOf } from '../offsets/liveTopicIds.ts'
import { JUDGED_SIMPLE, setStep } from '../offsets/steps.ts'
import { FORMER, MOVED, type OffsetTable, OLD, REPEATED, STEPPED, TRANSACTIONAL } from '../offsets/table.ts'
import type { PendingCommit } from '../offsets/transactions.ts'

export type StoredInt64 = number | string

/** Trailing fields that do not apply are left out. */
export type StoredOffset = readonly [
  offset: StoredInt64,
  /** Of the record, or of the marker of the transaction. */
  timestamp: number,
  position: number,
  /** The flags of the table that are stored. */
  flags?: number,
  /** Where the offset is REPEATED: how long before that record it last grew. Null: unknown. */
  grewAgoMs?: number | null,
  /** See `GroupSlot.steps`: the time of the first step, or -1: treated like a partition of a simple group. */
  step?: number | null,
  /** The topic id in the commit; only while history is read. */
  topicId?: string | null,
]

/** A commit of an open transaction. */
export interface StoredCommit {
  readonly offset: StoredInt64
  readonly position: number
  readonly leaderEpoch: number
  readonly metadata: string
  /** base64; null where the record has none. */
  readonly topicId: string | null
}

/**
 * What conditions over time know of one committed offset. What does not apply is left out. Beside these it has what each
 * condition has open, under its key, and what it has noted, under the key of its note.
 */
export interface StoredRowConditions {
  /** Since when it is behind. */
  readonly window?: readonly [since: number]
  readonly numbers?: readonly (readonly [string, readonly [number, number]])[]
  readonly [key: string]: unknown
}

const judgedSimple = -1
const storedFlags = TRANSACTIONAL | MOVED | REPEATED | OLD | FORMER

export function offsetValue(table: OffsetTable, row: number): string {
  const time = table.times[row] as number
  const flags = table.flags[row] as number
  const grewAt = table.grewAt[row] as number
  const step = table.groupOf(row).steps?.get(row)
  const value = [
    encodeInt64(table.offsetOf(row)),
    time,
    table.positions[row] as number,
    flags & storedFlags,
    (flags & REPEATED) === 0 || Number.isNaN(grewAt) ? null : time - grewAt,
    step === undefined ? null : step === JUDGED_SIMPLE ? judgedSimple : step,
    idOf(table, row),
  ] satisfies StoredOffset
  const defaults = [null, null, null, 0, null, null, null]
  while (value.at(-1) === defaults[value.length - 1]) value.pop()
  return JSON.stringify(value)
}

/** For a row that may already have another value. */
export function decodeOffset(table: OffsetTable, row: number, stored: StoredOffset): void {
  const [offset, time, position, flags = 0, grewAgoMs = null, step = null, topicId = null] = stored
  const exact = decodeInt64(offset)
  table.set(row, numberOf(exact), BigInt(exact), time, position)
  table.grewAt[row] = grewAgoMs === null ? Number.NaN : time - grewAgoMs
  table.setTopicId(row, topicId === null ? null : wordsOf(Buffer.from(topicId, 'base64url')))
  table.unmark(row, storedFlags | STEPPED)
  table.mark(row, flags & storedFlags)
  table.groupOf(row).steps?.delete(row)
  if (step !== null) setStep(table, row, step === judgedSimple ? JUDGED_SIMPLE : step)
}

/** Null where there is nothing to store. */
export function rowConditionValue({ watch }: OffsetTable, row: number): string | null {
  if (watch === null || !watch.isWorthStoring(row)) return null
  const since = watch.since[row] ?? Number.NaN
  const value: Record<string, unknown> = Number.isNaN(since) ? {} : { window: [since] }
  for (const { key, noteKey } of offsetConditions) {
    if (noteKey !== null) value[noteKey] = watch.noteOf(row, noteKey) ?? undefined
    value[key] = watch.openOf(row, key) ?? undefined
  }
  const conditions = watch.conditions.get(row)
  if (conditions !== undefined) value['numbers'] = [...conditions.numbers]
  return JSON.stringify(value satisfies StoredRowConditions)
}

/** Into a row of which nothing is known. */
export function decodeRowConditions(watch: RowWatch, row: number, stored: StoredRowConditions): void {
  const { window, numbers } = stored
  if (window !== undefined) watch.beginBehind(row, window[0], watch.offsets[row] as number)
  for (const { noteKey } of offsetConditions) {
    if (noteKey !== null && stored[noteKey] !== undefined) watch.setNote(row, noteKey, stored[noteKey])
  }
  if (numbers === undefined) return
  const conditions = watch.conditionsOf(row)
  for (const [type, last] of numbers) conditions.numbers.set(type, last)
  for (const { key } of offsetConditions) {
    if (stored[key] !== undefined) conditions.open.set(key, stored[key] as Open)
  }
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

function decodeInt64(stored: StoredInt64): Int64 {
  return typeof stored === 'string' ? BigInt(stored) : stored
}

/** NaN where it exceeds a safe integer. */
function numberOf(value: Int64): number {
  return typeof value === 'bigint' ? Number.NaN : value
}
