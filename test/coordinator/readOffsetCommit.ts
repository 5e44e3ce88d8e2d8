import {
  type OffsetCommitView,
  readOffsetCommitKey,
  readOffsetCommitValue,
} from '../../src/coordinator/offsetCommit.ts'
import { wordsOf } from '../../src/kafka/records/int64.ts'

/** Reads key and value of a record into `view`; false for another type of record and for one that Kafka refuses. */
export function readOffsetCommit(
  bytes: Buffer,
  keyStart: number,
  keyEnd: number,
  valueStart: number,
  valueEnd: number,
  view: OffsetCommitView,
): boolean {
  const words = wordsOf(bytes)
  if (keyStart < 0 || !readOffsetCommitKey(words, keyStart, keyEnd, view)) return false
  view.valueVersion = -1
  return valueStart < 0 || readOffsetCommitValue(words, valueStart, valueEnd, view.typeId, view)
}
