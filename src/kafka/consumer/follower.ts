import type { FaultInput } from '../../state/input.ts'
import { authorizationFailure } from '../client/brokerFailure.ts'
import { codes, errorName } from '../protocol/errors.ts'
import type { FetchedRecords, FetchResponse } from '../protocol/fetch.ts'
import type { EpochEnd } from '../protocol/leaderEpochs.ts'
import { type FoundOffset, logStart } from '../protocol/listOffsets.ts'
import type { BatchCodecs } from '../records/batch.ts'
import { advance, type FollowedPartition, hearEpochEnd, hearOffset, lastEpoch } from './followedPartition.ts'
import { PartitionTable, type PartitionTableOptions } from './partitionTable.ts'
import { walkBatches } from './walkBatches.ts'

export interface FollowerOptions extends PartitionTableOptions {
  readonly codecs: BatchCodecs
}

/** What to ask a leader for next. */
export interface Work {
  readonly kind: 'offsets' | 'epochs' | 'fetch'
  /** In the order in which they are to be served. */
  readonly partitions: readonly FollowedPartition[]
  /** Partition → its position when it was asked. */
  readonly positions: ReadonlyMap<number, number>
}

/** What a Fetch brought of one partition. */
export interface Fetched {
  readonly partition: number
  /** The offset that was asked for, and the one to ask for next. */
  readonly from: number
  readonly next: number
  readonly logEnd: number
  /** The log end as it was when the reading began: of a partition that was not there yet, where it begins. */
  readonly firstLogEnd: number
  /** True for the first answer about this partition. */
  readonly isFirst: boolean
  /** True where position or log end is another than before. */
  readonly isNews: boolean
  /** Whole batches, or what stands in the place of one. */
  readonly records: Buffer
  /** True where their checksums are known to be right. */
  readonly isChecked: boolean
}

/**
 * Decides what to ask which leader, and what the answers mean for the positions; the asking is leader.ts. No record is
 * skipped or repeated: a position moves only to the end of batches that are handed on, or with a fault that says what
 * is lost.
 */
export class Follower {
  readonly table: PartitionTable
  readonly #options: FollowerOptions
  #turns = 0

  constructor(options: FollowerOptions) {
    this.#options = options
    this.table = new PartitionTable(options)
  }

  /** True when there is nothing more to read: only ever with `untilEnd`. */
  get isOver(): boolean {
    return this.#options.untilEnd && this.table.isOpen && this.#all().every(hasReachedEnd)
  }

  /** Nodes that lead a partition, as far as known. */
  leaders(): ReadonlySet<number> {
    return new Set(this.#all().flatMap(({ leader }) => (leader < 0 ? [] : [leader])))
  }

  /** Null where there is nothing to ask this leader. */
  workFor(leader: number): Work | null {
    const ready = this.#all().filter(followed => followed.leader === leader && !followed.isStale)
    const offsets = ready.filter(({ question }) => question !== null && question.kind !== 'epoch')
    if (offsets.length > 0) return work('offsets', offsets)
    const epochs = ready.filter(({ question }) => question !== null)
    if (epochs.length > 0) return work('epochs', epochs)
    const unfinished = this.#options.untilEnd ? ready.filter(followed => !hasReachedEnd(followed)) : ready
    return unfinished.length === 0
      ? null
      : work(
          'fetch',
          unfinished.toSorted((a, b) => a.turn - b.turn),
        )
  }

  hearOffsets(answers: readonly FoundOffset[], broker: string): readonly FaultInput[] {
    return this.#hearAnswers(answers, broker, (followed, { offset }) => {
      const { question, position } = followed
      const fault = hearOffset(followed, offset)
      const isInRange = question?.kind === 'range' && followed.question === null && followed.position === position
      // The leader does not know yet what it has: as much a failure as any other
      if (isInRange) this.table.fail([followed], `${broker}: ${errorName(codes.OFFSET_OUT_OF_RANGE)}`)
      return fault
    })
  }

  hearEpochEnds(answers: readonly EpochEnd[], broker: string): readonly FaultInput[] {
    return this.#hearAnswers(answers, broker, hearEpochEnd)
  }

  /** Moves the positions on, so that the next Fetch can go out before the records are worked on. */
  hearFetched({ positions }: Work, response: FetchResponse, broker: string): readonly Fetched[] {
    const fetched: Fetched[] = []
    const sound: FollowedPartition[] = []
    for (const answer of response.partitions) {
      const followed = this.table.partitions.get(answer.partition)
      // Not asked for, or meanwhile somewhere else
      if (followed === undefined || followed.position !== positions.get(answer.partition)) continue
      if (answer.errorCode === codes.OFFSET_OUT_OF_RANGE) followed.question = { kind: 'range', at: logStart }
      else if (answer.errorCode !== 0) this.#refuse(followed, answer.errorCode, broker)
      else fetched.push(...this.#take(followed, answer, broker))
      if (answer.errorCode === 0 && followed.brokenAt !== followed.position) sound.push(followed)
    }
    this.table.succeed(sound)
    return fetched
  }

  #take(followed: FollowedPartition, { logEnd, records, isSound }: FetchedRecords, broker: string): Fetched[] {
    const { partition, position: from } = followed
    const walk = walkBatches(records, { position: from, epoch: lastEpoch(followed), codecs: this.#options.codecs })
    // A batch that does not fit is only its beginning, which is nothing; anything else must lead on.
    const isStuck = walk.next === from && (walk.length > 0 || walk.isBroken)
    if (isStuck) {
      this.table.fail([followed], `${broker} sends what is no record batch at offset ${from}`)
      if (followed.brokenAt === from) return []
      followed.brokenAt = from
    }
    const isFirst = followed.firstLogEnd < 0
    const isNews = walk.next !== from || logEnd !== followed.logEnd
    if (isFirst) followed.firstLogEnd = followed.isLate ? from : logEnd
    followed.logEnd = logEnd
    advance(followed, walk.next, walk.epochs)
    // Whoever got something goes to the end of the queue; a batch that did not fit comes first, and then it fits.
    if (walk.length > 0) followed.turn = ++this.#turns
    const whole = walk.length === 0 && walk.isBroken ? records : records.subarray(0, walk.length)
    const { firstLogEnd } = followed
    return [
      { partition, from, next: walk.next, logEnd, firstLogEnd, isFirst, isNews, records: whole, isChecked: isSound },
    ]
  }

  #hearAnswers<A extends { readonly partition: number; readonly errorCode: number }>(
    answers: readonly A[],
    broker: string,
    hear: (followed: FollowedPartition, answer: A) => FaultInput | null,
  ): readonly FaultInput[] {
    const { topic, log } = this.#options
    return answers.flatMap(answer => {
      const followed = this.table.partitions.get(answer.partition)
      if (followed === undefined) return []
      if (answer.errorCode !== 0) {
        this.#refuse(followed, answer.errorCode, broker)
        return []
      }
      const fault = hear(followed, answer)
      if (fault === null) return []
      const { partition } = followed
      log.warn(`${topic} ${partition}: ${fault.fault.reason}`, {
        topic,
        partitions: [partition],
        reason: fault.fault.reason,
      })
      return [fault]
    })
  }

  #refuse(followed: FollowedPartition, errorCode: number, broker: string): void {
    if (errorCode === codes.TOPIC_AUTHORIZATION_FAILED) {
      throw authorizationFailure(broker, 'Read', this.#options.topic)
    }
    this.table.fail([followed], `${broker}: ${errorName(errorCode)}`)
  }

  #all(): FollowedPartition[] {
    return [...this.table.partitions.values()]
  }
}

function hasReachedEnd({ firstLogEnd, position }: FollowedPartition): boolean {
  return firstLogEnd >= 0 && position >= firstLogEnd
}

function work(kind: Work['kind'], partitions: readonly FollowedPartition[]): Work {
  return { kind, partitions, positions: new Map(partitions.map(({ partition, position }) => [partition, position])) }
}
