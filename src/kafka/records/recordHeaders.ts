import type { RecordHeader } from './encodeRecords.ts'

/** The headers of a record, whose cursor has found them sound; their values are parts of `bytes`. */
export function headersAt(bytes: Buffer, start: number): RecordHeader[] {
  let at = start
  const varint = () => {
    let raw = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number
      raw |= (byte & 127) << shift
      if (byte < 128) return (raw >>> 1) ^ -(raw & 1)
    }
  }
  const sized = () => {
    const length = varint()
    if (length < 0) return null
    at += length
    return bytes.subarray(at - length, at)
  }
  const headers: RecordHeader[] = []
  for (let left = varint(); left > 0; left--) {
    const key = sized()
    headers.push({ key: key === null ? '' : key.toString(), value: sized() })
  }
  return headers
}
