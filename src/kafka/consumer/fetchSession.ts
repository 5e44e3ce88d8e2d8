import { authorizationFailure } from '../client/brokerFailure.ts'
import { codes, errorName } from '../protocol/errors.ts'
import type { AbortedTransaction, FetchedRecords, FetchResponse } from '../protocol/fetch.ts'
import type { EpochEnd } from '../protocol/leaderEpochs.ts'
import { type FoundOffset, logStart } from '../protocol/listOffsets.ts'
import type { BatchCodecs, BatchFault } from '../records/batch.ts'
import { walkRest } from '../records/walkBatches.ts'
import { advance, type Cursor, hasReachedEnd, receiveEpochEnd, receiveOffset } from './cursor.ts'
import { PartitionTable, type PartitionTableOptions } from './partitionTable.ts'

export interface FetchSessionOptions extends PartitionTableOptions {
  readonly codecs: BatchCodecs
  /** Where to continue if the log ends before the position: the topic was recreated, or the leader lost records. */
  readonly beyondEnd: 'start' | 'end'
}

/** The next request to a broker. */
export interface BrokerTask {
  readonly kind: 'offsets' | 'epochs' | 'fetch'
  /** In the order in which they are to be served. */
  readonly cursors: readonly Cursor[]
  /** Partition → its position at the time of the request. */
  readonly positions: ReadonlyMap<number, number>
  /** On the clock of `performance.now()`. */
  readonly startedAt: number
}

/** The result of a Fetch for one partition. */
export interface FetchedPartition {
  readonly partition: number
  /** The offset that was fetched, and the one to fetch next. */
  readonly from: number
  readonly next: number
  readonly logEnd: number
  /** The log end when reading began; for a partition that was added later, its start. */
  readonly firstLogEnd: number
  /** True for the first response about this partition. */
  readonly isFirst: boolean
  /** True where the position or the log end differs from the last response. */
  readonly isNews: boolean
  /** Whole batches, or bytes that are not a batch. */
  readonly records: Buffer
  /** Where each of the batches of `walkBatches` begins, and where the last one ends; a rest may follow. */
  readonly bounds: Uint32Array
  /** See `FetchedRecords`. */
  readonly aborted: readonly AbortedTransaction[]
}

/**
 * Decides what to ask which broker, and what the responses mean for the positions; brokerFetcher.ts does the asking. No
 * record is skipped or repeated: a position moves only to the end of batches that are handed on, or with a fault that says
 * what is lost. (It is not a broker's incremental fetch session of KIP-227.)
 */
export class FetchSession {
  readonly table: PartitionTable
  readonly #options: FetchSessionOptions
  #turns = 0

  constructor(options: FetchSessionOptions) {
    this.#options = options
    this.table = new PartitionTable(options)
  }

  /** True when everything was read: only with `untilEnd`. */
  get isOver(): boolean {
    return this.#options.untilEnd && this.table.isOpen && this.#cursors().every(hasReachedEnd)
  }

  /** Nodes that are known to lead a partition. */
  brokers(): ReadonlySet<number> {
    return new Set(this.#cursors().flatMap(({ leader }) => (leader < 0 ? [] : [leader])))
  }

  /** Null where this broker needs no request. */
  taskFor(broker: number): BrokerTask | null {
    const ready = this.#cursors().filter(({ leader, isStale }) => leader === broker && !isStale)
    const offsets = ready.filter(({ lookup }) => lookup !== null && lookup.kind !== 'epoch')
    if (offsets.length > 0) return task('offsets', offsets)
    const epochs = ready.filter(({ lookup }) => lookup !== null)
    if (epochs.length > 0) return task('epochs', epochs)
    const unfinished = this.#options.untilEnd ? ready.filter(cursor => !hasReachedEnd(cursor)) : ready
    if (unfinished.length === 0) return null
    return task(
      'fetch',
      unfinished.toSorted((a, b) => a.turn - b.turn),
    )
  }

  receiveOffsets(found: readonly FoundOffset[], broker: string): readonly BatchFault[] {
    return this.#receive(found, broker, (cursor, { offset }) => {
      const { lookup, position } = cursor
      const fault = receiveOffset(cursor, offset, this.#options.beyondEnd)
      const isInRange = lookup?.kind === 'range' && cursor.lookup === null && cursor.position === position
      // The leader does not know its log yet: a failure like any other.
      if (isInRange) this.table.fail([cursor], `${broker}: ${errorName(codes.OFFSET_OUT_OF_RANGE)}`)
      return fault
    })
  }

  receiveEpochEnds(ends: readonly EpochEnd[], broker: string): readonly BatchFault[] {
    return this.#receive(ends, broker, receiveEpochEnd)
  }

  /** Moves the positions, so that the next Fetch can be sent before the records are processed. */
  receiveRecords({ positions }: BrokerTask, response: FetchResponse, broker: string): readonly FetchedPartition[] {
    const fetched: FetchedPartition[] = []
    const sound: Cursor[] = []
    for (const records of response.partitions) {
      const cursor = this.table.cursors.get(records.partition)
      // Not requested, or moved in the meantime.
      if (cursor === undefined || cursor.position !== positions.get(records.partition)) continue
      if (records.errorCode === codes.OFFSET_OUT_OF_RANGE) cursor.lookup = { kind: 'range', at: logStart }
      else if (records.errorCode !== 0) this.#reject(cursor, records.errorCode, broker)
      else fetched.push(...this.#take(cursor, records, broker))
      if (records.errorCode === 0 && cursor.brokenAt !== cursor.position) sound.push(cursor)
    }
    this.table.succeed(sound)
    return fetched
  }

  #take(cursor: Cursor, { logEnd, records, walk, aborted }: FetchedRecords, broker: string): FetchedPartition[] {
    const { partition, position: from } = cursor
    const { bounds } = walk
    const walked = bounds.at(-1) ?? 0
    const rest = walk.isSound ? null : walkRest(records.subarray(walked), this.#options.codecs.crc32c)
    const length = walked + (rest?.length ?? 0)
    const next = Math.max(from, walk.next, rest?.next ?? -1)
    // Only an incomplete batch brings nothing; anything else must move the position.
    const isBroken = rest?.isBroken ?? false
    const isStuck = next === from && (length > 0 || isBroken)
    if (isStuck) {
      this.table.fail([cursor], `${broker} sends something other than a record batch at offset ${from}`)
      if (cursor.brokenAt === from) return []
      cursor.brokenAt = from
    }
    const isFirst = cursor.firstLogEnd < 0
    const isNews = next !== from || logEnd !== cursor.logEnd
    if (isFirst) cursor.firstLogEnd = cursor.isLate ? from : logEnd
    cursor.logEnd = logEnd
    advance(cursor, next, [...walk.epochs, ...(rest?.epochs ?? [])])
    // A partition with records goes to the end of the queue. One whose batch did not fit comes first, so that it fits
    // next time.
    if (length > 0) cursor.turn = ++this.#turns
    const whole = length === 0 && isBroken ? records : records.subarray(0, length)
    const { firstLogEnd } = cursor
    return [{ partition, from, next, logEnd, firstLogEnd, isFirst, isNews, records: whole, bounds, aborted }]
  }

  #receive<A extends { readonly partition: number; readonly errorCode: number }>(
    answers: readonly A[],
    broker: string,
    receive: (cursor: Cursor, answer: A) => BatchFault | null,
  ): readonly BatchFault[] {
    const { topic, log } = this.#options
    return answers.flatMap(answer => {
      const cursor = this.table.cursors.get(answer.partition)
      if (cursor === undefined) return []
      if (answer.errorCode !== 0) {
        this.#reject(cursor, answer.errorCode, broker)
        return []
      }
      const fault = receive(cursor, answer)
      if (fault === null) return []
      const { partition, reason } = fault
      log.warn(`${topic} ${partition}: ${reason}`, { topic, partitions: [partition], reason })
      return [fault]
    })
  }

  #reject(cursor: Cursor, errorCode: number, broker: string): void {
    if (errorCode === codes.TOPIC_AUTHORIZATION_FAILED) {
      throw authorizationFailure(broker, 'Read', this.#options.topic)
    }
    this.table.fail([cursor], `${broker}: ${errorName(errorCode)}`)
  }

  #cursors(): Cursor[] {
    return [...this.table.cursors.values()]
  }
}

function task(kind: BrokerTask['kind'], cursors: readonly Cursor[]): BrokerTask {
  const positions = new Map(cursors.map(({ partition, position }) => [partition, position]))
  return { kind, cursors, positions, startedAt: performance.now() }
}
