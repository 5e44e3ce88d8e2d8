import { grown } from '../offsets/keyIndex.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { PendingCommit } from '../offsets/transactions.ts'
import { type EntryRef, keyOf } from './entry.ts'
import type { StoredConditions } from './storedConditions.ts'

/**
 * The parts of a partition's state that changed since they were last stored, and what is known of the store, so that no
 * more is written than needed. Recording a commit costs two reads and a store; a row that changes a thousand times is
 * stored once.
 */
export class StateChanges {
  /** By key. */
  readonly refs = new Map<string, EntryRef>()
  /** Producers whose open transaction changed or ended. */
  readonly producers = new Set<bigint>()
  /** Keys of entries whose subject is gone: offsets, their conditions, entries of version 1. */
  readonly goneKeys = new Set<string>()
  /** Names of groups that lost an offset with its row. */
  readonly lostOffsets = new Set<string>()
  /** Names of groups whose own conditions changed. */
  readonly conditions = new Set<string>()
  readonly rows = new NotedRows()
  /** Rows of offsets whose conditions changed. */
  readonly conditionRows = new NotedRows()

  /** The stored commits of open transactions: by producer, then by key. */
  readonly storedCommits = new Map<bigint, Map<string, PendingCommit>>()
  /** The stored conditions of groups. */
  readonly storedConditions = new Map<string, StoredConditions>()

  /** Without conditions of offsets: most of them are over by the next write. */
  get size(): number {
    const { rows, goneKeys, conditions, refs, producers } = this
    return rows.count + goneKeys.size + conditions.size + refs.size + producers.size
  }

  get isEmpty(): boolean {
    return this.size === 0 && this.conditionRows.count === 0
  }

  note(ref: EntryRef): void {
    this.refs.set(keyOf(ref), ref)
  }

  noteRow(row: number): void {
    this.rows.note(row)
  }

  /** Names of the groups of which something changed; `table` holds the rows. */
  groups(table: OffsetTable): ReadonlySet<string> {
    const names = new Set([...this.conditions, ...this.lostOffsets])
    for (const ref of this.refs.values()) if (ref.kind !== 'topic') names.add(ref.group)
    for (const rows of [this.rows, this.conditionRows]) {
      for (const row of rows) if (table.index.isUsed(row)) names.add(table.groupOf(row).name)
    }
    return names
  }

  clear(): void {
    this.rows.clear()
    this.conditionRows.clear()
    this.refs.clear()
    this.conditions.clear()
    this.producers.clear()
    this.goneKeys.clear()
    this.lostOffsets.clear()
  }
}
/** Rows, each once, in the order in which they were first recorded. */
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
