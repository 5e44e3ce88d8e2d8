import type { RecordBatch } from '../kafka/records/batch.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import { KeyIndex } from '../state/offsets/keyIndex.ts'
import { randomSeed } from './randomSeed.ts'

/** A log that does not know the state of its groups before a time, and why. */
export interface CutLog {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** Milliseconds since the epoch. Infinity: no record after the cut carries a time. */
  readonly since: number
  /** The first record from which the log knows; null where there is none after the cut. */
  readonly offset: number | null
  /** Offsets that the log no longer has: the first of the last gap, and the record after it. */
  readonly cut: { readonly from: number; readonly to: number }
}

/**
 * The time from which each partition's log knows the state of its groups. A log that begins at offset 0 without gaps
 * always knows. Any other knows from the first record after its last gap whose key occurred before in the log:
 * compaction would have removed the earlier record, so it has not come that far. Where no key occurs twice, it knows
 * from its last record.
 */
export class KnownSince {
  readonly #logs = new Map<number, ReadLog>()
  readonly #cursor = new RecordCursor()

  /** Receives every input of a source, in order. */
  take(input: Input): void {
    if (input.kind === 'batch') this.#read(input.batch)
    if (input.kind !== 'position') return
    const { partition, position, timestamp } = input
    const log = this.#logOf(partition)
    // After the last record the log has no more, or has lost them: its knowledge ends when it was read.
    if (position > log.next) log.skipTo(position, { offset: null, time: timestamp })
  }

  /** The logs that do not know the state at `time`, by partition. */
  unknownAt(time: number): CutLog[] {
    const cut: CutLog[] = []
    for (const [partition, log] of this.#logs) {
      const known = log.knownSince()
      if (known !== null && time < known.since) cut.push({ partition, ...known })
    }
    return cut.sort((a, b) => a.partition - b.partition)
  }

  #read(batch: RecordBatch): void {
    const log = this.#logOf(batch.partition)
    const cursor = this.#cursor
    const time = batch.maxTimestamp < 0 ? Number.POSITIVE_INFINITY : batch.maxTimestamp
    cursor.open(batch)
    while (cursor.next()) {
      const { offset, words, keyStart, keyEnd } = cursor
      if (offset < log.next) continue
      log.add({ offset, time })
      if (!batch.isControl && keyEnd - keyStart >= SHORTEST_KEY) log.addKey(words, keyStart, keyEnd)
    }
    if (log.next <= batch.lastOffset) log.skipTo(batch.lastOffset + 1, log.last)
  }

  #logOf(partition: number): ReadLog {
    let log = this.#logs.get(partition)
    if (log === undefined) {
      log = new ReadLog()
      this.#logs.set(partition, log)
    }
    return log
  }
}

/** `KeyIndex` compares four bytes at a time; every key that Kafka writes here is at least as long. */
const SHORTEST_KEY = 4

interface Place {
  readonly offset: number | null
  readonly time: number
}

class ReadLog {
  /** The next offset if nothing is missing. */
  next = 0
  last: Place = { offset: null, time: Number.POSITIVE_INFINITY }
  #cut: CutLog['cut'] | null = null
  #repeated: Place | null = null
  readonly #keys = new KeyIndex(randomSeed())

  add(place: Place & { readonly offset: number }): void {
    if (place.offset > this.next) this.skipTo(place.offset, place)
    this.next = place.offset + 1
    this.last = place
  }

  /** The key of the last record. A record without a time is not evidence for a time. */
  addKey(words: DataView, start: number, end: number): void {
    if (this.#keys.find(words, start, end) < 0) this.#keys.add(words, start, end)
    else if (this.#cut !== null && this.last.time !== Number.POSITIVE_INFINITY) this.#repeated ??= this.last
  }

  skipTo(to: number, last: Place): void {
    this.#cut = { from: this.next, to }
    this.#repeated = null
    this.next = to
    this.last = last
  }

  knownSince(): Pick<CutLog, 'since' | 'offset' | 'cut'> | null {
    if (this.#cut === null) return null
    const { time, offset } = this.#repeated ?? this.last
    return { since: time, offset, cut: this.#cut }
  }
}
