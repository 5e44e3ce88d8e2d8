import type { RecordBatch } from '../kafka/records/batch.ts'

/** A log from which records are missing that are taken for events. */
export interface PartLog {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** The offset of its first record, where that is not 0 and no history came before it. */
  readonly beginsAt: number | null
  /** How many times offsets are missing between two records that are both taken for events. */
  readonly gaps: number
}

interface Reading {
  next: number
  isLive: boolean
  beginsAt: number | null
  gaps: number
}

/** Which logs begin after offset 0 or have gaps, in what comes from `liveFrom` on: before that it is history. */
export class MissingRecords {
  readonly #liveFrom: number
  readonly #logs = new Map<number, Reading>()

  constructor(liveFrom = Number.NEGATIVE_INFINITY) {
    this.#liveFrom = liveFrom
  }

  /** Batches of one partition come in the order of its log. */
  take({ partition, baseOffset, lastOffset, recordCount, maxTimestamp }: RecordBatch): void {
    const isLive = maxTimestamp >= this.#liveFrom
    let log = this.#logs.get(partition)
    if (log === undefined) {
      const beginsAt = isLive && baseOffset > 0 ? baseOffset : null
      log = { next: baseOffset, isLive, beginsAt, gaps: 0 }
      this.#logs.set(partition, log)
    }
    // What is missing right before the first live batch is part of history.
    if (log.isLive && baseOffset > log.next) log.gaps++
    log.isLive ||= isLive
    if (log.isLive && recordCount <= lastOffset - baseOffset) log.gaps++
    log.next = Math.max(log.next, lastOffset + 1)
  }

  /** By partition; none where every log is whole. */
  logs(): PartLog[] {
    const parts: PartLog[] = []
    for (const [partition, { beginsAt, gaps }] of this.#logs) {
      if (beginsAt !== null || gaps > 0) parts.push({ partition, beginsAt, gaps })
    }
    return parts.sort((a, b) => a.partition - b.partition)
  }
}
