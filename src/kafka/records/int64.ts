/**
 * A big-endian int64 as a number: exact for safe integers, rounded beyond them, so that `Number.isSafeInteger` of the
 * result tells whether it is exact.
 */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)
}
