import {
  ATTRIBUTES_AT,
  BASE_OFFSET_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_HEADER_LENGTH,
  CRC_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PREFIX,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  TRANSACTIONAL_BIT,
} from './batchLayout.ts'
import { putVarint, varintSize } from './varint.ts'

/** Identifies a producer to brokers (KIP-98). */
export interface ProducerIdentity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** The fields of a batch header that do not follow from the records. */
export interface BatchHeader extends ProducerIdentity {
  /** Sequence number of the first record, counted per producer and partition. */
  readonly baseSequence: number
  readonly isTransactional: boolean
  /** Of all records, ms since the epoch. */
  readonly timestamp: number
}

/**
 * Writes record batches of format v2 (KIP-98), uncompressed, one after the other, into memory that grows as needed and
 * is reused after `clear`.
 */
export class BatchEncoder {
  /** Records in the present batch. */
  count = 0
  #bytes: Buffer
  #batch = 0
  #at = BATCH_HEADER_LENGTH
  readonly #crc32c: (bytes: Buffer) => number

  constructor(crc32c: (bytes: Buffer) => number, capacity = 16 * 1024) {
    this.#crc32c = crc32c
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** Bytes of the present batch so far. */
  get size(): number {
    return this.#at - this.#batch
  }

  /** Bytes of all batches since `clear`. */
  get length(): number {
    return this.#at
  }

  /** Adds a record to the present batch. Null is Kafka's null. */
  append(key: Uint8Array | string | null, value: Uint8Array | string | null, headers: Headers = none): void {
    const start = this.#at
    // Most lengths take two bytes. A record with another length is moved when its length is known.
    const body = start + usualLengthBytes
    this.#at = body
    this.#byte(0) // attributes of the record: none is defined
    this.#byte(0) // timestamp delta
    this.#varint(this.count)
    this.#field(key)
    this.#field(value)
    this.#headers(headers)
    const length = this.#at - body
    const lengthBytes = varintSize(length)
    if (lengthBytes !== usualLengthBytes) {
      this.#reserve(maxVarintBytes)
      this.#bytes.copyWithin(start + lengthBytes, body, this.#at)
      this.#at = start + lengthBytes + length
    }
    putVarint(this.#bytes, start, length)
    this.count += 1
  }

  /**
   * Ends the present batch, which needs at least one record, and begins the next one. The result is valid until
   * `clear`.
   */
  end(header: BatchHeader): Buffer {
    const batch = this.#bytes.subarray(this.#batch, this.#at)
    batch.writeBigInt64BE(0n, BASE_OFFSET_AT) // set by the broker
    batch.writeInt32BE(batch.length - PREFIX, LENGTH_AT)
    batch.writeInt32BE(-1, LEADER_EPOCH_AT) // set by the broker
    batch.writeInt8(2, MAGIC_AT)
    batch.writeInt16BE(header.isTransactional ? TRANSACTIONAL_BIT : 0, ATTRIBUTES_AT)
    batch.writeInt32BE(this.count - 1, LAST_OFFSET_DELTA_AT)
    batch.writeBigInt64BE(BigInt(header.timestamp), BASE_TIMESTAMP_AT)
    batch.writeBigInt64BE(BigInt(header.timestamp), MAX_TIMESTAMP_AT)
    batch.writeBigInt64BE(header.producerId, PRODUCER_ID_AT)
    batch.writeInt16BE(header.producerEpoch, PRODUCER_EPOCH_AT)
    batch.writeInt32BE(header.baseSequence, BASE_SEQUENCE_AT)
    batch.writeInt32BE(this.count, RECORD_COUNT_AT)
    batch.writeUInt32BE(this.#crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT)
    this.#begin(this.#at)
    return batch
  }

  /** Forgets all batches. */
  clear(): void {
    // Memory for a large commit is not kept for small ones.
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafeSlow(keptBytes)
    this.#begin(0)
  }

  #begin(at: number): void {
    this.count = 0
    this.#batch = at
    this.#at = at
    this.#reserve(BATCH_HEADER_LENGTH)
    this.#at += BATCH_HEADER_LENGTH
  }

  #headers(headers: Headers): void {
    const names = Object.keys(headers)
    this.#varint(names.length)
    for (const name of names) {
      this.#text(name)
      this.#text(headers[name] as string)
    }
  }

  #field(value: Uint8Array | string | null): void {
    if (value === null) this.#varint(-1)
    else if (typeof value === 'string') this.#text(value)
    else {
      this.#varint(value.length)
      this.#reserve(value.length)
      this.#bytes.set(value, this.#at)
      this.#at += value.length
    }
  }

  /** In UTF-8, after its length. Short ASCII text is written without a call into the runtime. */
  #text(text: string): void {
    const { length } = text
    this.#reserve(maxVarintBytes + length)
    if (length <= shortText) {
      const start = putVarint(this.#bytes, this.#at, length)
      if (putAscii(this.#bytes, start, text)) {
        this.#at = start + length
        return
      }
    }
    const bytes = Buffer.byteLength(text)
    this.#reserve(maxVarintBytes + bytes)
    this.#at = putVarint(this.#bytes, this.#at, bytes)
    this.#at += this.#bytes.write(text, this.#at)
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  #varint(value: number): void {
    this.#reserve(maxVarintBytes)
    this.#at = putVarint(this.#bytes, this.#at, value)
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}

/** Of a batch that was encoded here. */
export function recordCountOf(batch: Buffer): number {
  return batch.readInt32BE(57)
}

type Headers = Readonly<Record<string, string>>

const none: Headers = {}
const maxVarintBytes = 5
const usualLengthBytes = 2
const shortText = 48
const keptBytes = 256 * 1024

/** False where the text is not ASCII: what was written must then be written again. */
function putAscii(bytes: Buffer, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x80) return false
    bytes[start + at] = code
  }
  return true
}
