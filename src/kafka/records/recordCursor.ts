import type { RecordBatch } from './batch.ts'
import type { RecordHeader } from './encodeRecords.ts'
import { wordsOf } from './int64.ts'
import { longTimestamp } from './longTimestamp.ts'
import { headersAt } from './recordHeaders.ts'
import { MARKS, markOf, type RecordIndex } from './recordIndex.ts'

const EMPTY = Buffer.alloc(0)
/** Two bytes each for length, time, offset and key, and one for the attributes: so many are read without further checks. */
const SHORTEST = 9
/** The most that seven bits each of two bytes hold. */
const MOST = 0x3fff

/**
 * Walks the records of one batch after another without an object per record: `open` a batch, then each `next()` that
 * returns true has set the fields to the next record. Keys and values are positions in `bytes`.
 *
 * Total: a record that is not one ends the batch, and `fault` says why; nothing outside `[batch.start, batch.end)` is
 * read. As strict as Kafka's own reader (KIP-98, DefaultRecord): varints must end, lengths must fit and add up.
 */
export class RecordCursor {
  /** The buffer of the open batch. */
  bytes: Buffer = EMPTY
  /** The same bytes. */
  words = wordsOf(EMPTY)
  /** Where the record begins: `goBack` takes it. */
  start = 0
  offset = 0
  /** Milliseconds since the epoch: the record's own, or in a LogAppendTime batch the batch's. -1 for none (magic 0). */
  timestamp = 0
  /** The producer's sequence number, -1 where there is none. */
  sequence = -1
  /** -1 for a null key, else the key is `bytes[keyStart, keyEnd)`. */
  keyStart = -1
  keyEnd = -1
  /** -1 for a null value (a tombstone), else the value is `bytes[valueStart, valueEnd)`. */
  valueStart = -1
  valueEnd = -1
  /** Why the batch ended before all its records could be read, or null. */
  fault: string | null = null

  private at = 0
  private end = 0
  private recordsLeft = 0
  private baseOffset = 0
  private baseTimestamp = 0
  private baseSequence = -1
  private isAppendTime = false
  private headersAt = 0
  private indexAt = 0
  /** Of the open batch; undefined where no cursor has walked it for all. */
  index: RecordIndex | undefined

  /** Goes to before the first record of `batch`. */
  open(batch: RecordBatch): void {
    if (batch.bytes !== this.bytes) {
      this.bytes = batch.bytes
      this.words = wordsOf(batch.bytes)
    }
    this.at = batch.start
    this.end = batch.end
    this.recordsLeft = batch.recordCount
    this.baseOffset = batch.baseOffset
    this.isAppendTime = batch.timestampType === 'LogAppendTime'
    this.baseTimestamp = this.isAppendTime ? batch.maxTimestamp : batch.baseTimestamp
    this.baseSequence = batch.baseSequence
    this.fault = null
    this.index = batch.index
    this.indexAt = 0
  }

  /** As `open`; and walks the batch once for all cursors that open it from now on. */
  openIndexed(batch: RecordBatch): void {
    this.open(batch)
    if (this.index !== undefined) return
    const marks: number[] = []
    while (this.next()) {
      const { start, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersAt } = this
      marks.push(start, offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headersAt)
    }
    batch.index = { marks, fault: this.fault }
    this.open(batch)
  }

  /** Goes to the next record; false after the last, or where `fault` is set because there is none. */
  next(): boolean {
    if (this.index !== undefined) return this.nextOf(this.index)
    return this.recordsLeft > 0 && this.parse()
  }

  /** Goes back to a record of the open batch that began at `start`. `next` must not be called after it. */
  goBack(start: number): void {
    if (this.index !== undefined) {
      this.indexAt = markOf(this.index, start)
      this.next()
      return
    }
    this.at = start
    this.recordsLeft = 2
    this.parse()
  }

  private parse(): boolean {
    this.start = this.at
    return this.nextShort() || this.nextAny()
  }

  private nextOf({ marks, fault }: RecordIndex): boolean {
    const at = this.indexAt
    if (at === marks.length) {
      this.fault = fault
      return false
    }
    this.indexAt = at + MARKS
    this.start = marks[at] as number
    this.offset = marks[at + 1] as number
    this.timestamp = marks[at + 2] as number
    this.keyStart = marks[at + 3] as number
    this.keyEnd = marks[at + 4] as number
    this.valueStart = marks[at + 5] as number
    this.valueEnd = marks[at + 6] as number
    this.headersAt = marks[at + 7] as number
    this.sequence = this.baseSequence < 0 ? -1 : (this.baseSequence + this.offset - this.baseOffset) & 0x7fffffff
    return true
  }

  /**
   * Goes to the next record if it is as nearly all are: key and value are there, no headers, and no number takes more than
   * two bytes. False, with nothing changed, where it is not, or may be none at all.
   */
  protected nextShort(): boolean {
    const { words, end } = this
    let at = this.at
    if (end - at < SHORTEST || this.isAppendTime) return false
    let raw = words.getUint8(at++)
    if (raw > 127) raw = (raw & 127) | (words.getUint8(at++) << 7)
    const recordEnd = at + (raw >>> 1)
    // Odd is negative
    if (raw > MOST || (raw & 1) === 1 || recordEnd > end || (this.recordsLeft === 1 && recordEnd !== end)) return false
    let time = words.getUint8(++at)
    if (time > 127) time = (time & 127) | (words.getUint8(++at) << 7)
    let delta = words.getUint8(++at)
    if (delta > 127) delta = (delta & 127) | (words.getUint8(++at) << 7)
    raw = words.getUint8(++at)
    if (raw > 127) raw = (raw & 127) | (words.getUint8(++at) << 7)
    const keyStart = at + 1
    const keyEnd = keyStart + (raw >>> 1)
    if (time > MOST || delta > MOST || raw > MOST || (raw & 1) === 1 || keyEnd + 3 > recordEnd) return false
    at = keyEnd
    raw = words.getUint8(at)
    if (raw > 127) raw = (raw & 127) | (words.getUint8(++at) << 7)
    const valueStart = at + 1
    const valueEnd = valueStart + (raw >>> 1)
    if (raw > MOST || (raw & 1) === 1 || valueEnd + 1 !== recordEnd || words.getUint8(valueEnd) !== 0) return false
    delta = (delta >>> 1) ^ -(delta & 1)
    this.offset = this.baseOffset + delta
    this.timestamp = this.baseTimestamp + ((time >>> 1) ^ -(time & 1))
    this.sequence = this.baseSequence < 0 ? -1 : (this.baseSequence + delta) & 0x7fffffff
    this.keyStart = keyStart
    this.keyEnd = keyEnd
    this.valueStart = valueStart
    this.valueEnd = valueEnd
    this.headersAt = valueEnd
    this.at = recordEnd
    this.recordsLeft--
    return true
  }

  private nextAny(): boolean {
    const length = this.varint(this.end)
    const end = this.at + length
    if (length < 0 || end > this.end) return this.fail(`a record of ${length} bytes with ${this.end - this.at} left`)
    this.at++ // the record's attributes, of which Kafka defines none
    this.readTimestamp(end)
    const offsetDelta = this.varint(end)
    this.offset = this.baseOffset + offsetDelta
    const keyLength = this.varint(end)
    const keyStart = this.at
    if (keyLength > end - keyStart) return this.fail(`a key of ${keyLength} bytes with ${end - keyStart} left`)
    this.keyStart = keyLength < 0 ? -1 : keyStart
    this.keyEnd = keyLength < 0 ? -1 : keyStart + keyLength
    this.at = keyLength < 0 ? keyStart : keyStart + keyLength
    const valueLength = this.varint(end)
    const valueStart = this.at
    if (valueLength > end - valueStart)
      return this.fail(`a value of ${valueLength} bytes with ${end - valueStart} left`)
    this.valueStart = valueLength < 0 ? -1 : valueStart
    this.valueEnd = valueLength < 0 ? -1 : valueStart + valueLength
    this.at = valueLength < 0 ? valueStart : valueStart + valueLength
    this.headersAt = this.at
    const headers = this.varint(end)
    if (headers !== 0) this.skipHeaders(headers, end)
    if (this.fault !== null) return this.fail(this.fault)
    if (this.at !== end) return this.fail(`${end - this.at} bytes after the end of a record`)
    // Sequence numbers wrap round to 0 at 2^31 (KIP-98)
    this.sequence = this.baseSequence < 0 ? -1 : (this.baseSequence + offsetDelta) & 0x7fffffff
    this.recordsLeft--
    if (this.recordsLeft === 0 && end !== this.end) this.fault = `${this.end - end} bytes after the last record`
    return true
  }

  /** The present record's headers; their values are parts of `bytes`. */
  headers(): RecordHeader[] {
    return headersAt(this.bytes, this.headersAt)
  }

  private skipHeaders(count: number, end: number): void {
    if (count < 0) this.fault ??= `${count} headers`
    for (let left = count; left > 0 && this.fault === null; left--) {
      const keyLength = this.varint(end)
      if (keyLength < 0 || keyLength > end - this.at) this.fault ??= `a header key of ${keyLength} bytes`
      else this.at += keyLength
      const valueLength = this.varint(end)
      if (valueLength > end - this.at) this.fault ??= `a header value of ${valueLength} bytes`
      else if (valueLength > 0) this.at += valueLength
    }
  }

  private fail(reason: string): false {
    this.fault ??= reason
    this.recordsLeft = 0
    return false
  }

  private readTimestamp(end: number): void {
    const start = this.at
    if (this.isAppendTime) {
      // Read over all the same: its length decides where the next field is
      while (this.at < end && (this.bytes[this.at] as number) > 127) this.at++
      if (this.at >= end || this.at - start > 9) this.fault ??= 'a time that does not end'
      this.at++
      this.timestamp = this.baseTimestamp
      return
    }
    const first = start < end ? (this.bytes[start] as number) : 256
    const second = start + 1 < end ? (this.bytes[start + 1] as number) : 256
    if (first < 128 || (first < 256 && second < 128)) {
      const raw = first < 128 ? first : (first & 127) | (second << 7)
      this.at = first < 128 ? start + 1 : start + 2
      this.timestamp = this.baseTimestamp + ((raw >>> 1) ^ -(raw & 1))
      return
    }
    const long = longTimestamp(this.bytes, start, end, this.baseTimestamp)
    this.at = long?.end ?? end
    this.timestamp = long?.timestamp ?? 0
    if (long === null) this.fault ??= 'a time that does not end'
  }

  /** A zigzag varint of at most 32 bits that ends before `end`. The one- and two-byte forms are what records consist of. */
  private varint(end: number): number {
    const at = this.at
    const first = at < end ? (this.bytes[at] as number) : 256
    if (first < 128) {
      this.at = at + 1
      return (first >>> 1) ^ -(first & 1)
    }
    const second = at + 1 < end ? (this.bytes[at + 1] as number) : 256
    if (first < 256 && second < 128) {
      this.at = at + 2
      const raw = (first & 127) | (second << 7)
      return (raw >>> 1) ^ -(raw & 1)
    }
    return this.longVarint(end)
  }

  private longVarint(end: number): number {
    let raw = 0
    for (let shift = 0; shift < 35 && this.at < end; shift += 7) {
      const byte = this.bytes[this.at++] as number
      raw |= (byte & 127) << shift
      if (byte < 128) return (raw >>> 1) ^ -(raw & 1)
    }
    this.fault ??= 'a number that does not end'
    return 0
  }
}
