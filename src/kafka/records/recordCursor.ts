import type { RecordBatch } from './batch.ts'
import type { RecordHeader } from './encodeRecords.ts'
import { wordsOf } from './int64.ts'

const EMPTY = Buffer.alloc(0)
/** Two bytes each for length, time, offset and key, and one for the attributes: to look at so many needs no more checks. */
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
  }

  /** Goes to the next record; false after the last, or where `fault` is set because there is none. */
  next(): boolean {
    if (this.recordsLeft === 0) return false
    this.start = this.at
    return this.nextShort() || this.nextAny()
  }

  /** Goes back to a record of the open batch that began at `start`; where to go on is forgotten. */
  goBack(start: number): void {
    this.at = start
    this.recordsLeft = 2
    this.next()
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
    const next = this.at
    this.at = this.headersAt
    const headers: RecordHeader[] = []
    for (let left = this.varint(next); left > 0; left--) {
      const key = this.sized(next)
      headers.push({ key: key === null ? '' : key.toString(), value: this.sized(next) })
    }
    this.at = next
    return headers
  }

  private sized(end: number): Buffer | null {
    const length = this.varint(end)
    if (length < 0) return null
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
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
    this.timestamp = this.longTimestamp(end)
  }

  /** A time whose delta takes more than two bytes: at most ten, for 64 bits, where doubles no longer do. */
  private longTimestamp(end: number): number {
    let raw = 0
    let scale = 1
    for (let at = this.at; at < end; at++) {
      const byte = this.bytes[at] as number
      if (scale > 2 ** 45) return this.longestTimestamp(end)
      raw += (byte & 127) * scale
      scale *= 128
      if (byte < 128) {
        this.at = at + 1
        return this.baseTimestamp + (raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2)
      }
    }
    this.fault ??= 'a time that does not end'
    return 0
  }

  private longestTimestamp(end: number): number {
    let raw = 0n
    for (let shift = 0n; shift < 70n && this.at < end; shift += 7n) {
      const byte = this.bytes[this.at++] as number
      raw |= BigInt(byte & 127) << shift
      if (byte > 127) continue
      const delta = BigInt.asIntN(64, (BigInt.asUintN(64, raw) >> 1n) ^ -(raw & 1n))
      return Number(BigInt.asIntN(64, BigInt(this.baseTimestamp) + delta))
    }
    this.fault ??= 'a time that does not end'
    return 0
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
