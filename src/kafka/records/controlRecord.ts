import type { RecordCursor } from './recordCursor.ts'

/** What the control record at `cursor` says; `UNKNOWN` for a record that does not end a transaction (KIP-98). */
export function controlType(cursor: RecordCursor): 'COMMIT' | 'ABORT' | 'UNKNOWN' {
  // int16 version, of which only the size of what follows depends, int16 type
  if (cursor.keyStart < 0 || cursor.keyEnd - cursor.keyStart < 4) return 'UNKNOWN'
  if (cursor.bytes.readInt16BE(cursor.keyStart) < 0) return 'UNKNOWN'
  switch (cursor.bytes.readInt16BE(cursor.keyStart + 2)) {
    case 0:
      return 'ABORT'
    case 1:
      return 'COMMIT'
    default:
      return 'UNKNOWN'
  }
}

/** The transaction coordinator's epoch in the control record at `cursor`; -1 where it has none. */
export function coordinatorEpoch(cursor: RecordCursor): number {
  // int16 version, int32 epoch
  if (cursor.valueStart < 0 || cursor.valueEnd - cursor.valueStart < 6) return -1
  return cursor.bytes.readInt32BE(cursor.valueStart + 2)
}
