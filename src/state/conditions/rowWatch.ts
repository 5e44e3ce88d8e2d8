import { grown } from '../offsets/keyIndex.ts'
import type { Numbers, Open } from './conditionEvents.ts'

/** The open condition of one committed offset, or one that was open since its last commit. */
export interface RowConditions {
  /** By the key of the condition. */
  readonly open: Map<string, Open>
  readonly numbers: Numbers
}

/** The log end is ahead and the offset does not grow: `since` says since when. */
export const BEHIND = 1
/** There is an entry in `conditions`. */
export const CONDITIONS = 2
/** A condition has noted something of it. */
export const NOTED = 4
/** It is in `touched`. */
const TOUCHED = 8

/**
 * What conditions need of every committed offset beside what the table holds, in typed arrays by the same rows. Made
 * with the first sample: where nobody samples it costs nothing.
 *
 * A commit costs one read here, and more only where the offset was behind at the last sample.
 */
export class RowWatch {
  /** Id in LogEnds; -1: not looked up, or never sampled. */
  ends = new Int32Array(0)
  /** Since when the row is BEHIND, ms; else NaN. */
  since = new Float64Array(0)
  /** The committed offset as last seen here, where something is active. */
  offsets = new Float64Array(0)
  active = new Uint8Array(0)
  /** 1 where the store has an entry about the row's conditions. */
  stored = new Uint8Array(0)
  readonly conditions = new Map<number, RowConditions>()
  /** What conditions have noted of a row, by the key of the note. Few rows have a note. */
  readonly notes = new Map<string, Map<number, unknown>>()
  /** Active rows of which an offset was committed or deleted since they were last settled. */
  touchedCount = 0
  touchedRows = new Int32Array(64)
  /** Log position of the last record that did so, and when it did: the time of a commit is its commitTimestamp. */
  touchedAt = new Float64Array(64)
  touchedTimes = new Float64Array(64)

  /** Makes room for rows below `length`. */
  reserve(length: number): void {
    const from = this.active.length
    if (length <= from) return
    this.ends = grown(this.ends, new Int32Array(length))
    this.since = grown(this.since, new Float64Array(length))
    this.offsets = grown(this.offsets, new Float64Array(length))
    this.active = grown(this.active, new Uint8Array(length))
    this.stored = grown(this.stored, new Uint8Array(length))
    for (let row = from; row < length; row++) this.clear(row)
  }

  /** For a row that another key takes over. */
  clear(row: number): void {
    this.ends[row] = -1
    this.since[row] = Number.NaN
    this.active[row] = 0
    this.stored[row] = 0
    this.conditions.delete(row)
    for (const ofKey of this.notes.values()) ofKey.delete(row)
  }

  /** A commit or a tombstone of an active row counted. */
  touch(row: number, position: number, time: number): void {
    if (((this.active[row] as number) & TOUCHED) !== 0) {
      const at = this.touchedRows.subarray(0, this.touchedCount).lastIndexOf(row)
      this.touchedAt[at] = position
      this.touchedTimes[at] = time
      return
    }
    this.active[row] = (this.active[row] as number) | TOUCHED
    if (this.touchedCount === this.touchedRows.length) {
      this.touchedRows = grown(this.touchedRows, new Int32Array(this.touchedCount * 2))
      this.touchedAt = grown(this.touchedAt, new Float64Array(this.touchedCount * 2))
      this.touchedTimes = grown(this.touchedTimes, new Float64Array(this.touchedCount * 2))
    }
    this.touchedRows[this.touchedCount] = row
    this.touchedTimes[this.touchedCount] = time
    this.touchedAt[this.touchedCount++] = position
  }

  isActive(row: number): boolean {
    return this.active[row] !== 0
  }

  /** The rows touched are settled. */
  endTouched(): void {
    for (let at = 0; at < this.touchedCount; at++) {
      const row = this.touchedRows[at] as number
      this.active[row] = (this.active[row] as number) & ~TOUCHED
    }
    this.touchedCount = 0
  }

  beginBehind(row: number, since: number, offset: number): void {
    this.since[row] = since
    this.offsets[row] = offset
    this.active[row] = (this.active[row] as number) | BEHIND
  }

  endBehind(row: number): void {
    this.since[row] = Number.NaN
    this.active[row] = (this.active[row] as number) & ~BEHIND
  }

  noteOf(row: number, key: string): unknown {
    return this.notes.get(key)?.get(row) ?? null
  }

  /** Null: nothing. Returns whether that is new. */
  setNote(row: number, key: string, note: unknown): boolean {
    if (this.noteOf(row, key) === note) return false
    let ofKey = this.notes.get(key)
    if (ofKey === undefined) this.notes.set(key, (ofKey = new Map()))
    if (note === null) ofKey.delete(row)
    else ofKey.set(row, note)
    let isNoted = false
    for (const notes of this.notes.values()) isNoted ||= notes.has(row)
    const others = (this.active[row] as number) & ~NOTED
    this.active[row] = isNoted ? others | NOTED : others
    return true
  }

  openOf(row: number, key: string): Open | null {
    return this.conditions.get(row)?.open.get(key) ?? null
  }

  setOpen(row: number, key: string, open: Open | null): void {
    const conditions = this.conditionsOf(row)
    if (open === null) conditions.open.delete(key)
    else conditions.open.set(key, open)
  }

  /** The row's conditions, made where it has none. */
  conditionsOf(row: number): RowConditions {
    let conditions = this.conditions.get(row)
    if (conditions === undefined) {
      conditions = { open: new Map(), numbers: new Map() }
      this.conditions.set(row, conditions)
      this.active[row] = (this.active[row] as number) | CONDITIONS
    }
    return conditions
  }

  forgetConditions(row: number): void {
    this.conditions.delete(row)
    this.active[row] = (this.active[row] as number) & ~CONDITIONS
  }

  /** Something is there to store. */
  isWorthStoring(row: number): boolean {
    return this.active[row] !== 0
  }
}
