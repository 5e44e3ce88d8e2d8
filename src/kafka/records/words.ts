/**
 * The same bytes, to be read several at a time: a DataView does in one step what takes a Buffer one for each byte, and
 * checks its arguments less. Worth it for a buffer that holds many records; the view itself is dear to make.
 */
export function wordsOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

/** As `readInt64`: exact for safe integers, rounded beyond them. */
export function int64At(words: DataView, at: number): number {
  return words.getInt32(at) * 0x1_0000_0000 + words.getUint32(at + 4)
}
