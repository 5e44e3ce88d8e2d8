import { grown } from './offsets/keyIndex.ts'

/**
 * Which parts of a partition's state changed since they were last stored. Noting a commit costs two reads and a store,
 * and a row that changes a thousand times is stored once.
 */
export class StateChanges {
  /** Names of groups. */
  readonly groups = new Set<string>()
  /** Topic ids whose name was learned. */
  readonly topicIds = new Set<string>()
  /** Producers whose open transaction changed or ended. */
  readonly producers = new Set<bigint>()
  /** Entry keys of offsets that are gone. */
  readonly goneOffsets = new Set<string>()
  rows = new Int32Array(64)
  rowCount = 0
  #isNoted = new Uint8Array(64)

  get size(): number {
    return this.rowCount + this.goneOffsets.size + this.groups.size + this.producers.size + this.topicIds.size
  }

  noteRow(row: number): void {
    if (row >= this.#isNoted.length) this.#growRows(row)
    if (this.#isNoted[row] === 1) return
    this.#isNoted[row] = 1
    if (this.rowCount === this.rows.length) this.rows = grown(this.rows, new Int32Array(this.rowCount * 2))
    this.rows[this.rowCount++] = row
  }

  clear(): void {
    for (let at = 0; at < this.rowCount; at++) this.#isNoted[this.rows[at] as number] = 0
    this.rowCount = 0
    this.groups.clear()
    this.topicIds.clear()
    this.producers.clear()
    this.goneOffsets.clear()
  }

  #growRows(row: number): void {
    const length = Math.max(this.#isNoted.length * 2, row + 1)
    this.#isNoted = grown(this.#isNoted, new Uint8Array(length))
  }
}
