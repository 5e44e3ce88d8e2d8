import { ATTRIBUTES_AT, BATCH_HEADER_LENGTH, CRC_AT, MAGIC_AT, PREFIX } from '../records/batchLayout.ts'
import { crc32c } from './crc32c.ts'

export interface SoundLength {
  /** Bytes of whole batches of message format v2 with the right checksum, from the start on. */
  readonly length: number
  /** True where what follows them can be the beginning of another batch. */
  readonly isSound: boolean
}

/** The length field of a batch without records. */
const MIN_LENGTH = BATCH_HEADER_LENGTH - PREFIX

/** How many of the bytes are batches as current brokers write them. */
export function soundLength(bytes: Buffer): SoundLength {
  let at = 0
  while (bytes.length - at > CRC_AT + 4) {
    const length = bytes.readInt32BE(at + 8)
    const end = at + PREFIX + length
    if (length < MIN_LENGTH || bytes[at + MAGIC_AT] !== 2) return { length: at, isSound: false }
    if (end > bytes.length) break
    if (crc32c(bytes, at + ATTRIBUTES_AT, end) !== bytes.readUInt32BE(at + CRC_AT))
      return { length: at, isSound: false }
    at = end
  }
  return { length: at, isSound: true }
}
