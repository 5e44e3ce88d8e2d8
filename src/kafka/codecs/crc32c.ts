import { crc32c as nativeCrc32c } from '@node-rs/crc32'

/** The Castagnoli polynomial, reversed (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78

/** Eight tables, for eight bytes at a time: `tables[256 * k + byte]` is the remainder of `byte` with k zero bytes behind it. */
const tables = new Int32Array(8 * 256)
for (let byte = 0; byte < 256; byte++) {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ POLYNOMIAL
  tables[byte] = rest
}
for (let i = 256; i < tables.length; i++) {
  const shorter = tables[i - 256] as number
  tables[i] = (shorter >>> 8) ^ (tables[shorter & 255] as number)
}

/**
 * The length in bytes from which a call of the native CRC32C pays off: both ways cost about the same here (measured).
 */
const NATIVE_FROM = 256

/** CRC32C of `bytes[start, end)`. */
export function crc32c(bytes: Buffer, start = 0, end = bytes.length): number {
  return end - start < NATIVE_FROM ? sumUp(bytes, start, end) : nativeCrc32c(bytes.subarray(start, end))
}

/** In JavaScript: for a hundred bytes the native call costs more than the checksum itself. */
function sumUp(bytes: Buffer, start: number, end: number): number {
  let crc = -1
  let at = start
  for (const lastEight = end - 8; at <= lastEight; at += 8) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24))
    crc =
      (tables[1792 + (low & 255)] as number) ^
      (tables[1536 + ((low >>> 8) & 255)] as number) ^
      (tables[1280 + ((low >>> 16) & 255)] as number) ^
      (tables[1024 + (low >>> 24)] as number) ^
      (tables[768 + (bytes[at + 4] as number)] as number) ^
      (tables[512 + (bytes[at + 5] as number)] as number) ^
      (tables[256 + (bytes[at + 6] as number)] as number) ^
      (tables[bytes[at + 7] as number] as number)
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[at] as number)) & 255] as number)
  return ~crc >>> 0
}
