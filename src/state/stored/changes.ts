import { grown } from '../offsets/keyIndex.ts'

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
  /** Entry keys of what is gone: offsets and their conditions, and what another version of koff stored. */
  readonly goneKeys = new Set<string>()
  /** Names of groups whose own conditions changed. */
  readonly conditions = new Set<string>()
  readonly rows = new NotedRows()
  /** Rows of offsets whose conditions changed. */
  readonly conditionRows = new NotedRows()

  /** Without conditions of offsets: most of those are over, and nothing to store, by the time of the next write. */
  get size(): number {
    const { rows, goneKeys, conditions, groups, producers, topicIds } = this
    return rows.count + goneKeys.size + conditions.size + groups.size + producers.size + topicIds.size
  }

  get isEmpty(): boolean {
    return this.size === 0 && this.conditionRows.count === 0
  }

  noteRow(row: number): void {
    this.rows.note(row)
  }

  clear(): void {
    this.rows.clear()
    this.conditionRows.clear()
    this.groups.clear()
    this.conditions.clear()
    this.topicIds.clear()
    this.producers.clear()
    this.goneKeys.clear()
  }
}

/** Rows, each once, in the order in which they were noted first. */
class NotedRows {
  count = 0
  #rows = new Int32Array(64)
  #isNoted = new Uint8Array(64)

  note(row: number): void {
    if (row >= this.#isNoted.length) this.#growRows(row)
    if (this.#isNoted[row] === 1) return
    this.#isNoted[row] = 1
    if (this.count === this.#rows.length) this.#rows = grown(this.#rows, new Int32Array(this.count * 2))
    this.#rows[this.count++] = row
  }

  *[Symbol.iterator](): Generator<number> {
    for (let at = 0; at < this.count; at++) yield this.#rows[at] as number
  }

  clear(): void {
    for (let at = 0; at < this.count; at++) this.#isNoted[this.#rows[at] as number] = 0
    this.count = 0
  }

  #growRows(row: number): void {
    const length = Math.max(this.#isNoted.length * 2, row + 1)
    this.#isNoted = grown(this.#isNoted, new Uint8Array(length))
  }
}
