import type { FaultInput } from '../../state/input.ts'
import type { EpochEnd } from '../protocol/leaderEpochs.ts'
import { logEnd, logStart } from '../protocol/listOffsets.ts'
import type { BatchFaultCode } from '../records/batch.ts'
import type { EpochStart } from './walkBatches.ts'

/** How far one partition is read, and what stands between it and the next Fetch. */
export interface FollowedPartition {
  readonly partition: number
  /** It was not there yet when the reading began: nothing in it was there before. */
  readonly isLate: boolean
  /** The next offset to fetch; -1 while it is not known. */
  position: number
  /** The high watermark as the broker last said; -1 before it did. */
  logEnd: number
  /** The log end at the first answer, or where a late partition begins; -1 before it. */
  firstLogEnd: number
  /** Node id; -1 while nobody is known to lead. */
  leader: number
  leaderEpoch: number
  /** The leader epochs of what was read, in order: what a new leader's log is compared with (KIP-320). */
  epochs: EpochStart[]
  /** What to ask the leader before fetching on. */
  question: Question | null
  /** Metadata younger than the last failure must come first. */
  isStale: boolean
  /** In a row. */
  failures: number
  /** Where the broker sent what is no batch; -1 if it did not. */
  brokenAt: number
  /** Among the partitions of a leader the one with the lowest turn is served first. */
  turn: number
}

export type Question =
  /** Where to begin: `at` is a time, or one of ListOffsets' special ones. */
  | { readonly kind: 'start'; readonly at: bigint }
  /** The position is out of range: first asked for the start of the log, then for its end. */
  | { readonly kind: 'range'; readonly at: bigint }
  /** Another leader: is its log the one that was read? */
  | { readonly kind: 'epoch' }

export interface Beginning extends Pick<FollowedPartition, 'partition' | 'isLate'> {
  /** A position, or as a bigint what ListOffsets is to be asked for: a time, or one of its special ones. */
  readonly start: number | bigint
}

export function followedPartition({ partition, start, isLate }: Beginning): FollowedPartition {
  return {
    partition,
    isLate,
    position: typeof start === 'number' ? start : -1,
    logEnd: -1,
    firstLogEnd: -1,
    leader: -1,
    leaderEpoch: -1,
    epochs: [],
    question: typeof start === 'number' ? null : { kind: 'start', at: start },
    isStale: true,
    failures: 0,
    brokenAt: -1,
    turn: 0,
  }
}

/** Kept per partition: a new leader's log never differs from further back than a few leaders ago. */
const EPOCHS_KEPT = 32

/** Takes note of batches that were read up to `next`. */
export function advance(followed: FollowedPartition, next: number, epochs: readonly EpochStart[]): void {
  followed.position = next
  if (epochs.length > 0) followed.epochs = [...followed.epochs, ...epochs].slice(-EPOCHS_KEPT)
}

/** Leader epoch of the last batch read, -1 where it is not known. */
export function lastEpoch({ epochs }: FollowedPartition): number {
  return epochs.at(-1)?.epoch ?? -1
}

/** What ListOffsets answered to a question about the start or the range; what it means is lost records, if any. */
export function hearOffset(followed: FollowedPartition, offset: number): FaultInput | null {
  const { question, position } = followed
  if (question === null || question.kind === 'epoch') return null
  followed.question = null
  if (question.kind === 'start') {
    if (offset >= 0) followed.position = offset
    else followed.question = { kind: 'start', at: logEnd }
    return null
  }
  if (question.at === logStart && position >= offset) {
    followed.question = { kind: 'range', at: logEnd }
    return null
  }
  if (question.at === logStart) {
    resume(followed, offset)
    const range = `${position} to ${offset - 1}`
    return lost(followed, 'RECORDS_LOST', position, `offsets ${range} were deleted by the broker before they were read`)
  }
  if (position <= offset) return null
  resume(followed, offset)
  const reason = `reading had come to offset ${position}, and the log ends at ${offset}: what was in between is not there`
  return lost(followed, 'LOG_TRUNCATED', offset, reason)
}

/** What a new leader answered about the epoch of the last batch read; a fault where its log is another. */
export function hearEpochEnd(followed: FollowedPartition, answer: EpochEnd): FaultInput | null {
  followed.question = null
  if (answer.epoch < 0 || answer.endOffset < 0) return null
  // Up to there both logs are the same: not beyond where the leader's epoch ends, nor where ours did.
  const ownEnd = followed.epochs.find(({ epoch }) => epoch > answer.epoch)?.start ?? followed.position
  const { position } = followed
  const common = Math.min(answer.endOffset, ownEnd)
  if (common >= position) return null
  resume(followed, common)
  const reason = `offsets ${common} to ${position - 1} had been read and are not in the log of the new leader`
  return lost(followed, 'LOG_TRUNCATED', common, reason)
}

/** The topic is another one of the same name: everything in it is new. */
export function beginAnew(followed: FollowedPartition, topic: string): FaultInput | null {
  const { position } = followed
  resume(followed, -1)
  followed.leaderEpoch = -1
  followed.question = { kind: 'start', at: logStart }
  if (position <= 0) return null
  return lost(
    followed,
    'LOG_TRUNCATED',
    0,
    `${topic} was deleted and created anew; it had been read to offset ${position - 1}`,
  )
}

function resume(followed: FollowedPartition, position: number): void {
  followed.position = position
  followed.epochs = followed.epochs.filter(({ start }) => start < position)
}

function lost({ partition }: FollowedPartition, code: BatchFaultCode, offset: number, reason: string): FaultInput {
  return { kind: 'fault', fault: { partition, offset, position: 0, code, reason } }
}
