import type { EpochEnd } from '../protocol/leaderEpochs.ts'
import { logEnd, logStart } from '../protocol/listOffsets.ts'
import type { BatchFault, BatchFaultCode } from '../records/batch.ts'
import type { EpochStart } from '../records/walkBatches.ts'

/** The progress of one partition, and what has to be looked up before the next Fetch. */
export interface Cursor {
  readonly partition: number
  /** The partition was added after reading began, so no record is older. */
  readonly isLate: boolean
  /** The next offset to fetch; -1 while unknown. */
  position: number
  /** The high watermark in the last response; -1 before it. */
  logEnd: number
  /** The log end in the first response, or the start of a partition that was added later; -1 before it. */
  firstLogEnd: number
  /** Node id; -1 without a known leader. */
  leader: number
  leaderEpoch: number
  /** The leader epochs of the records read, in order, for comparison with the log of a new leader (KIP-320). */
  epochs: EpochStart[]
  /** The request to the leader before the next Fetch. */
  lookup: Lookup | null
  /** Metadata younger than the last failure is needed first. */
  isStale: boolean
  /** In a row. */
  failures: number
  /**
   * When the first of these failed attempts began (`performance.now()`), and why the last one failed; null after a
   * success.
   */
  failing: { readonly since: number; readonly reason: string } | null
  /** The offset at which the broker sent no record batch; -1 for none. */
  brokenAt: number
  /** Among the partitions of a broker, the one with the lowest turn is served first. */
  turn: number
}

export type Lookup =
  /** Where to begin: `at` is a time, or a special one of ListOffsets. */
  | { readonly kind: 'start'; readonly at: bigint }
  /** The position is out of range: looks up the start of the log first, then its end. */
  | { readonly kind: 'range'; readonly at: bigint }
  /** The leader has changed: is its log the one that was read? */
  | { readonly kind: 'epoch' }

export interface Beginning extends Pick<Cursor, 'partition' | 'isLate'> {
  /** A position; or, as a bigint, the argument of ListOffsets: a time, or a special one. */
  readonly start: number | bigint
}

export function cursorAt({ partition, start, isLate }: Beginning): Cursor {
  return {
    partition,
    isLate,
    position: typeof start === 'number' ? start : -1,
    logEnd: -1,
    firstLogEnd: -1,
    leader: -1,
    leaderEpoch: -1,
    epochs: [],
    lookup: typeof start === 'number' ? null : { kind: 'start', at: start },
    isStale: true,
    failures: 0,
    failing: null,
    brokenAt: -1,
    turn: 0,
  }
}

/** True where it is read up to the log end of the first response. */
export function hasReachedEnd({ firstLogEnd, position }: Cursor): boolean {
  return firstLogEnd >= 0 && position >= firstLogEnd
}

/** Per partition: the log of a new leader never differs from before the last few leaders. */
const EPOCHS_KEPT = 32

/** Records that batches of these leader epochs were read, up to `next`. */
export function advance(cursor: Cursor, next: number, epochs: readonly EpochStart[]): void {
  cursor.position = next
  for (const start of epochs) {
    if (start.epoch !== lastEpoch(cursor)) cursor.epochs = [...cursor.epochs, start].slice(-EPOCHS_KEPT)
  }
}

/** Leader epoch of the last batch, -1 where unknown. */
export function lastEpoch({ epochs }: Cursor): number {
  return epochs.at(-1)?.epoch ?? -1
}

/**
 * Takes the result of ListOffsets for the lookup of a start or a range; returns a fault where records are lost.
 * `beyondEnd` is where to continue if the log ends before the position.
 */
export function receiveOffset(cursor: Cursor, offset: number, beyondEnd: 'start' | 'end'): BatchFault | null {
  const { lookup, position } = cursor
  if (lookup === null || lookup.kind === 'epoch') return null
  cursor.lookup = null
  if (lookup.kind === 'start') {
    if (offset >= 0) cursor.position = offset
    else cursor.lookup = { kind: 'start', at: logEnd }
    return null
  }
  if (lookup.at === logStart && position >= offset) {
    cursor.lookup = { kind: 'range', at: logEnd }
    return null
  }
  if (lookup.at === logStart) {
    resume(cursor, offset)
    const range = `${position} to ${offset - 1}`
    return lost(cursor, 'RECORDS_LOST', position, `offsets ${range} were deleted by the broker before they were read`)
  }
  if (position <= offset) return null
  if (beyondEnd === 'start') {
    resume(cursor, -1)
    cursor.lookup = { kind: 'start', at: logStart }
    const reason = `the next offset to read is ${position}, but the log ends at ${offset}: koff reads it from its start`
    return lost(cursor, 'LOG_TRUNCATED', 0, reason)
  }
  resume(cursor, offset)
  const reason = `the next offset to read is ${position}, but the log ends at ${offset}: the offsets in between are gone`
  return lost(cursor, 'LOG_TRUNCATED', offset, reason)
}

/** Takes the new leader's response about the epoch of the last batch; returns a fault where its log differs. */
export function receiveEpochEnd(cursor: Cursor, { epoch, endOffset }: EpochEnd): BatchFault | null {
  cursor.lookup = null
  if (epoch < 0 || endOffset < 0) return null
  // Up to there both logs are the same: not beyond the end of the leader's epoch, nor beyond the end of ours.
  const ownEnd = cursor.epochs.find(own => own.epoch > epoch)?.start ?? cursor.position
  const { position } = cursor
  const common = Math.min(endOffset, ownEnd)
  if (common >= position) return null
  resume(cursor, common)
  const reason = `offsets ${common} to ${position - 1} had been read and are not in the log of the new leader`
  return lost(cursor, 'LOG_TRUNCATED', common, reason)
}

/** The topic was recreated: koff reads it from its start. */
export function restart(cursor: Cursor, topic: string): BatchFault | null {
  const { position } = cursor
  resume(cursor, -1)
  cursor.leaderEpoch = -1
  cursor.lookup = { kind: 'start', at: logStart }
  if (position <= 0) return null
  const reason = `${topic} was deleted and created again; it had been read to offset ${position - 1}`
  return lost(cursor, 'LOG_TRUNCATED', 0, reason)
}

function resume(cursor: Cursor, position: number): void {
  cursor.position = position
  cursor.epochs = cursor.epochs.filter(({ start }) => start < position)
}

function lost({ partition }: Cursor, code: BatchFaultCode, offset: number, reason: string): BatchFault {
  return { partition, offset, byteOffset: 0, code, reason }
}
