import { decodeRecordAt, groupOf } from '../coordinator/decode.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { controlType } from '../kafka/records/controlRecord.ts'
import { encodeRecords } from '../kafka/records/encodeRecords.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import { applyBatch } from './applyBatch.ts'
import { claimsOf, dropClaim, keepClaims } from './claims.ts'
import { compareText } from './group/group.ts'
import type { GroupSlot } from './group/groupSlot.ts'
import { findRow, NONE } from './offsets/rowFinder.ts'
import type { PartitionState } from './partition.ts'
import { groupKeys, groupMetadata, offsetKeyVersion, recordKey } from './records/recordKeys.ts'

/**
 * Finds what ended while koff was away for longer than the log keeps tombstones: every key of a stored state that has
 * no record in the log any more. `see` receives the whole log; `end` then ends those keys, in one transition for each
 * group.
 */
export class MissedTombstones {
  readonly #state: PartitionState
  readonly #cursor = new RecordCursor()
  /** 1 for each row whose key was seen. */
  readonly #seenRows: Uint8Array
  /** Keys of records about groups, as text of their bytes; true once found. */
  readonly #keys: Map<string, boolean>
  /** Commits of open transactions whose record was not found yet: by producer, log offset → row. */
  readonly #pending: Map<bigint, Map<number, number>>
  /** Rows for which a transaction has a record, by producer, until its marker shows whether it counts. */
  readonly #unsettled = new Map<bigint, Set<number>>()
  #left: number

  constructor(state: PartitionState) {
    const { table, transactions } = state.offsets
    this.#state = state
    this.#seenRows = new Uint8Array(table.index.capacity)
    this.#keys = new Map(
      [...state.groups.values()].flatMap(slot => groupKeys(slot.group)).map(key => [textOf(key), false]),
    )
    this.#pending = new Map(
      [...transactions.entries()].map(([producer, commits]) => [
        producer,
        new Map([...commits].map(({ position, row }) => [position, row])),
      ]),
    )
    let offsets = 0
    for (const row of table.rows()) if (table.isPresent(row)) offsets += 1
    for (const commits of this.#pending.values()) offsets += commits.size
    this.#left = this.#keys.size + offsets
  }

  /** Keys, and commits of open transactions, whose record was not found yet. */
  get left(): number {
    return this.#left
  }

  see(batch: RecordBatch): void {
    if (this.#left === 0) return
    const cursor = this.#cursor
    const { producerId, isTransactional } = batch
    cursor.open(batch)
    if (batch.isControl) {
      while (cursor.next()) this.#settle(producerId, controlType(cursor))
      return
    }
    const pending = isTransactional ? this.#pending.get(producerId) : undefined
    while (cursor.next()) {
      if (pending?.delete(cursor.offset) === true) this.#left--
      const row = cursor.keyEnd - cursor.keyStart < 2 ? NONE : this.#seeKey(cursor)
      if (row === NONE) continue
      if (isTransactional) this.#unsettledOf(producerId).add(row)
      else this.#seeRow(row)
    }
  }

  /** The resulting changes of the groups. The position does not change. */
  end(firstNumber: number): readonly KoffEvent[] {
    const state = this.#state
    const { position } = state
    // A later record of the key replaced it, or its transaction was aborted.
    for (const [producer, commits] of this.#pending) {
      for (const row of commits.values()) dropClaim(state, producer, row)
    }
    const events: KoffEvent[] = []
    let next = firstNumber
    const rows = this.#missingRows()
    const slots = [...state.groups.values()].sort((a, b) => compareText(a.name, b.name))
    for (const slot of slots) {
      const keys = this.#missingKeys(slot, rows.get(slot) ?? [])
      if (keys.length === 0) continue
      const prefix = `${state.partition}-${position}-`
      let numbers = 0
      // Their records are present, so no tombstone followed them.
      const claims = claimsOf(state, slot)
      for (const event of applyBatch(state, tombstones(keys, state))) {
        const ordinal = event.id.startsWith(prefix) ? Number(event.id.slice(prefix.length)) : Number.NaN
        // Events of conditions that close here have their usual ids.
        if (Number.isNaN(ordinal)) events.push(event)
        else {
          numbers = Math.max(numbers, ordinal + 1)
          events.push({ ...event, id: `${prefix}gone-${next + ordinal}` })
        }
      }
      next += numbers
      state.position = position
      keepClaims(state, claims)
    }
    return events
  }

  #settle(producerId: bigint, type: ReturnType<typeof controlType>): void {
    if (type === 'UNKNOWN') return
    const rows = this.#unsettled.get(producerId) ?? []
    this.#unsettled.delete(producerId)
    if (type === 'COMMIT') for (const row of rows) this.#seeRow(row)
  }

  #unsettledOf(producerId: bigint): Set<number> {
    const rows = this.#unsettled.get(producerId) ?? new Set()
    this.#unsettled.set(producerId, rows)
    return rows
  }

  /** The row of an offset's key, NONE where the state has none. Other keys are recorded here. */
  #seeKey({ bytes, words, keyStart, keyEnd }: RecordCursor): number {
    const { table } = this.#state.offsets
    if (words.getUint16(keyStart) <= 1) {
      const row = table.index.find(words, keyStart + 2, keyEnd)
      if (row >= 0) return row
    } else if (this.#seeText(bytes.toString('latin1', keyStart, keyEnd))) return NONE
    // Kafka reads some keys that it would write differently.
    const decoded = decodeRecordAt(bytes, keyStart, keyEnd, -1, -1)
    if (decoded.kind === 'undecodable') return NONE
    if (decoded.type === 'OFFSET_COMMIT' || decoded.type === 'LEGACY_OFFSET_COMMIT') {
      const { group, topic, partition } = decoded.key
      return findRow(table, group, topic, partition)
    }
    this.#seeText(textOf(recordKey(decoded.typeId, groupOf(decoded), partOf(decoded.key))))
    return NONE
  }

  #seeRow(row: number): void {
    if (this.#seenRows[row] === 1) return
    this.#seenRows[row] = 1
    if (this.#state.offsets.table.isPresent(row)) this.#left--
  }

  /** True for a key of the state. */
  #seeText(key: string): boolean {
    const wasSeen = this.#keys.get(key)
    if (wasSeen === false) {
      this.#keys.set(key, true)
      this.#left--
    }
    return wasSeen !== undefined
  }

  #missingRows(): Map<GroupSlot, number[]> {
    const { table } = this.#state.offsets
    const missing = new Map<GroupSlot, number[]>()
    for (const row of table.rows()) {
      if (!table.isPresent(row) || this.#seenRows[row] === 1) continue
      const rows = missing.get(table.groupOf(row))
      if (rows === undefined) missing.set(table.groupOf(row), [row])
      else rows.push(row)
    }
    return missing
  }

  /** In the order in which a coordinator writes them: offsets first, then the records about the group. */
  #missingKeys(slot: GroupSlot, rows: readonly number[]): Buffer[] {
    const { table } = this.#state.offsets
    const sorted = rows.toSorted(
      (a, b) =>
        compareText(table.topicOf(a).name, table.topicOf(b).name) ||
        (table.partitions[a] ?? 0) - (table.partitions[b] ?? 0),
    )
    const offsets = sorted.map(row => Buffer.concat([offsetKeyVersion, table.index.keyOf(row)]))
    const group = groupKeys(slot.group).filter(key => this.#keys.get(textOf(key)) === false)
    // A simple group has no record of its own: it ends with its last offset, and its coordinator then writes this
    // tombstone.
    if (slot.group?.type === 'simple' && rows.length > 0 && rows.length === slot.offsets) {
      group.push(recordKey(groupMetadata, slot.name, null))
    }
    return [...offsets, ...group]
  }
}

/** The parts of a key beside the group. */
function partOf(key: object): string | null {
  if ('memberId' in key) return String(key.memberId)
  return 'regularExpression' in key ? String(key.regularExpression) : null
}

function textOf(key: Buffer): string {
  return key.toString('latin1')
}

/** All at the position of the state, with the time of the last record in it. */
function tombstones(keys: readonly Buffer[], { partition, position, timestamp }: PartitionState): RecordBatch {
  const base = { offset: position, timestamp }
  const bytes = encodeRecords(
    keys.map(key => ({ ...base, key, value: null })),
    base,
  )
  return {
    partition,
    byteOffset: 0,
    baseOffset: position,
    lastOffset: position,
    leaderEpoch: -1,
    magic: 2,
    compression: 'none',
    timestampType: 'CreateTime',
    baseTimestamp: timestamp,
    maxTimestamp: timestamp,
    isTransactional: false,
    isControl: false,
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
    recordCount: keys.length,
    bytes,
    start: 0,
    end: bytes.length,
  }
}
