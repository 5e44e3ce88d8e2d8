import { OffsetCommitView, readOffsetCommitKey } from '../../coordinator/offsetCommit.ts'
import { wordsOf } from '../../kafka/records/int64.ts'
import type { RecordCursor } from '../../kafka/records/recordCursor.ts'
import { decodeUtf8 } from '../../kafka/records/utf8.ts'
import { type GroupSlot, topicSlot } from '../group/groupSlot.ts'
import { keyBytes } from './keyBytes.ts'
import type { OffsetTable } from './table.ts'

/** In place of a row: the key is new. */
export const NONE = -1
/** In place of a row: Kafka would not accept the key. */
export const INVALID = -2

interface NewKey {
  readonly key: Buffer
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** Finds the row of an offset record by the bytes of its key, and gives new keys a row. */
export class RowFinder {
  readonly #table: OffsetTable
  readonly #slotOf: (name: string) => GroupSlot
  readonly #view = new OffsetCommitView()
  /** A row of the same topic as the last new key, or NONE: `#newKey` then has its names. */
  #neighbor = NONE
  #newKey: NewKey = { key: Buffer.alloc(0), group: '', topic: '', partition: 0 }

  constructor(table: OffsetTable, slotOf: (name: string) => GroupSlot) {
    this.#table = table
    this.#slotOf = slotOf
  }

  /** The row of the record at `cursor`, or NONE, or INVALID. */
  find(cursor: RecordCursor): number {
    // A known key is valid. The version (0 or 1, with the same layout) is not part of it.
    const row = this.#table.index.find(cursor.words, cursor.keyStart + 2, cursor.keyEnd)
    return row === NONE ? this.#findNewKey(cursor) : row
  }

  /** Bytes of an unknown key: a new one, or another encoding of a known one that Kafka also reads. */
  #findNewKey({ bytes, words, keyStart, keyEnd }: RecordCursor): number {
    const view = this.#view
    const { index } = this.#table
    if (!readOffsetCommitKey(words, keyStart, keyEnd, view)) return INVALID
    this.#neighbor = view.keyEnd === keyEnd ? index.neighbor(words, keyStart + 2, keyEnd) : NONE
    if (this.#neighbor !== NONE) return NONE
    const group = decodeUtf8(bytes, view.groupStart, view.groupEnd)
    const topic = decodeUtf8(bytes, view.topicStart, view.topicEnd)
    const key = keyBytes(group, topic, view.partition)
    this.#newKey = { key, group, topic, partition: view.partition }
    // Kafka ignores bytes after the end of a key, and reads invalid UTF-8 as U+FFFD.
    const isPlain = key.equals(bytes.subarray(keyStart + 2, keyEnd))
    return isPlain ? NONE : index.find(wordsOf(key), 0, key.length)
  }

  /** A row for the key that was last found to be new: that of the record at `cursor`. */
  add({ words, keyStart, keyEnd }: RecordCursor): number {
    if (this.#neighbor !== NONE) return this.#table.addNeighbor(this.#neighbor, words, keyStart + 2, keyEnd)
    const { key, group, topic, partition } = this.#newKey
    const slot = this.#slotOf(group)
    return this.#table.add(key, slot, topicSlot(slot, topic), partition)
  }

  /** The group of the key that was last found to be new. */
  groupOfNew(): string {
    return this.#neighbor === NONE ? this.#newKey.group : this.#table.groupOf(this.#neighbor).name
  }
}

/** The row of an offset by its names, or NONE. */
export function findRow(table: OffsetTable, group: string, topic: string, partition: number): number {
  const key = keyBytes(group, topic, partition)
  return table.index.find(wordsOf(key), 0, key.length)
}
