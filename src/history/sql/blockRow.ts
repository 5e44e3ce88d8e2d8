import type { Block } from '../progress/block.ts'
import { unpackBlock } from '../progress/pack.ts'
import type { Row } from '../store.ts'

/** A row of `progress`, or one of `progress_tail` with the same names. */
export function blockOf(row: Row): Block {
  const place = {
    fromTime: Number(row['from_time']),
    fromPosition: Number(row['from_position']),
    toTime: Number(row['to_time']),
  }
  return unpackBlock(row['body'] as Uint8Array, place)
}
