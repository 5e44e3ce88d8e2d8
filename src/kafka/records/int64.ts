/**
 * A big-endian int64 as a number: exact for safe integers, rounded beyond them, so that `Number.isSafeInteger` of the
 * result tells whether it is exact.
 */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)
}

/**
 * The same bytes as a DataView, which reads a word at once, while a Buffer reads it byte by byte. A view is expensive to
 * make: worth it for a buffer that holds many records.
 */
export function wordsOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

/** As `readInt64`. */
export function int64At(words: DataView, at: number): number {
  return words.getInt32(at) * 0x1_0000_0000 + words.getUint32(at + 4)
}
