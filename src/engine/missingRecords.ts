import type { RecordBatch } from '../kafka/records/batch.ts'

/** A log from which records are missing. */
export interface PartLog {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** The offset of its first record, where that is not 0. */
  readonly beginsAt: number | null
  /** Number of gaps between two records. */
  readonly gaps: number
}

/** By partition; empty where every log is complete. */
export interface PartLogs {
  /** Missing before the time from which records are news. */
  readonly history: readonly PartLog[]
  /** Missing among the records that become events, or before the first of them where there is no history. */
  readonly news: readonly PartLog[]
}

interface Missing {
  beginsAt: number | null
  gaps: number
}

interface Reading {
  next: number
  isNews: boolean
  readonly history: Missing
  readonly news: Missing
}

/** Finds logs that begin after offset 0 or have gaps. */
export class MissingRecords {
  readonly #liveFrom: number
  readonly #logs = new Map<number, Reading>()

  /** What lies before the first batch of a partition with a record at or after `liveFrom` is history. */
  constructor(liveFrom = Number.NEGATIVE_INFINITY) {
    this.#liveFrom = liveFrom
  }

  /** Batches of one partition come in the order of its log. */
  take({ partition, baseOffset, lastOffset, recordCount, maxTimestamp }: RecordBatch): void {
    const isNews = maxTimestamp >= this.#liveFrom
    let log = this.#logs.get(partition)
    if (log === undefined) {
      log = { next: baseOffset, isNews, history: nothing(), news: nothing() }
      if (baseOffset > 0) partOf(log).beginsAt = baseOffset
      this.#logs.set(partition, log)
    }
    // A gap directly before the first batch of news belongs to history.
    if (baseOffset > log.next) partOf(log).gaps++
    log.isNews ||= isNews
    if (recordCount <= lastOffset - baseOffset) partOf(log).gaps++
    log.next = Math.max(log.next, lastOffset + 1)
  }

  logs(): PartLogs {
    return { history: this.#of('history'), news: this.#of('news') }
  }

  #of(part: 'history' | 'news'): PartLog[] {
    const logs: PartLog[] = []
    for (const [partition, log] of this.#logs) {
      const { beginsAt, gaps } = log[part]
      if (beginsAt !== null || gaps > 0) logs.push({ partition, beginsAt, gaps })
    }
    return logs.sort((a, b) => a.partition - b.partition)
  }
}

function nothing(): Missing {
  return { beginsAt: null, gaps: 0 }
}

function partOf(log: Reading): Missing {
  return log.isNews ? log.news : log.history
}
