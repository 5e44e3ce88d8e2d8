import { createHash } from 'node:crypto'
import { KoffError } from '../base/errors.ts'
import { partitionKey, type StateChange } from '../state/stored/entry.ts'
import { deliveryKey } from './storedDelivery.ts'

/**
 * Fits the state of one partition into messages. An entry that is too large is stored in pieces: its own key has the
 * number of pieces, and piece `n` is under `["piece", n, …key]`. A long key is replaced by its hash: `["long", hash]`
 * has `[key, value]`. All records of an entry are in one transaction.
 */
export class StoredPieces {
  /** The number of stored pieces by key. */
  readonly #stored = new Map<string, number>()
  readonly #partition: number

  /** Of `__consumer_offsets`. */
  constructor(partition: number) {
    this.#partition = partition
  }

  /** The changes in the form in which they are stored; key and value have at most `mostBytes`. */
  *cut(changes: Iterable<StateChange>, mostBytes = defaultBytes): Generator<StateChange, void> {
    for (const change of changes) {
      if (readAlone.has(change.key)) {
        yield change
        continue
      }
      const { key, value } = withShortKey(change)
      const pieces = value === null ? [] : piecesOf(key, value, mostBytes)
      const before = this.#stored.get(key) ?? 0
      yield { key, value: pieces.length === 0 ? value : countValue(pieces.length) }
      for (const [n, piece] of pieces.entries()) yield { key: pieceKey(key, n), value: piece }
      for (let n = pieces.length; n < before; n++) yield { key: pieceKey(key, n), value: null }
      if (pieces.length > 0) this.#stored.set(key, pieces.length)
      else if (before > 0) this.#stored.delete(key)
    }
  }

  /**
   * The original entries. Those in pieces come last, when all of their pieces are known, since compaction leaves keys
   * in any order.
   * @throws KoffError STATE_INVALID where a piece is missing.
   */
  async *whole(parts: AsyncIterable<readonly StateChange[]>): AsyncGenerator<readonly StateChange[], void> {
    const pieces = new Map<string, string>()
    const inPieces = new Map<string, number>()
    /** By the short key. */
    const longKeys = new Map<string, string>()
    for await (const part of parts) {
      if (inPieces.size === 0 && part.every(isPlain)) {
        yield part
        continue
      }
      const entries: StateChange[] = []
      for (const entry of part) {
        const { key, value } = entry
        if (key.startsWith(pieceStart)) {
          if (value === null) pieces.delete(key)
          else pieces.set(key, value)
          this.#noteStored(key)
          continue
        }
        const count = value === null ? null : countIn(value)
        if (count !== null) inPieces.set(key, count)
        else {
          inPieces.delete(key)
          entries.push(...withLongKey(entry, longKeys))
        }
      }
      yield entries
    }
    for (const [key, count] of inPieces) {
      const value = Array.from({ length: count }, (_, n) => pieces.get(pieceKey(key, n)) ?? this.#missing(key, n)).join(
        '',
      )
      yield withLongKey({ key, value }, longKeys)
    }
  }

  #missing(key: string, n: number): never {
    const what = `the stored state of partition ${this.#partition}`
    throw new KoffError('STATE_INVALID', `${what} cannot be used: piece ${n} of ${key} is missing`)
  }

  /** The next write of a key also deletes pieces that no entry counts. */
  #noteStored(key: string): void {
    const [, n, ...of] = JSON.parse(key) as [string, number, ...unknown[]]
    const whole = JSON.stringify(of)
    this.#stored.set(whole, Math.max(this.#stored.get(whole) ?? 0, n + 1))
  }
}

/** These are also read without the rest of the state (`koff status`, settings of other instances). */
const readAlone: ReadonlySet<string> = new Set([partitionKey, deliveryKey])
/** Half of what a topic accepts by default, as for events. */
const defaultBytes = 512 * 1024
/** Longer keys are replaced. Nearly all are shorter: group ids and topic names have up to 249 characters. */
const longKeyBytes = 1_024
/** The minimum size of a piece, however little a topic accepts. */
const leastPieceBytes = 256
const pieceStart = '["piece",'
const longStart = '["long",'
const countStart = '{"pieces":'

function isPlain({ key, value }: StateChange): boolean {
  return !key.startsWith(pieceStart) && !key.startsWith(longStart) && !(value?.startsWith(countStart) ?? false)
}

function pieceKey(key: string, n: number): string {
  return JSON.stringify(['piece', n, ...(JSON.parse(key) as unknown[])])
}

function countValue(pieces: number): string {
  return JSON.stringify({ pieces })
}

/** The number of pieces of a value; null for a value that is not in pieces. */
function countIn(value: string): number | null {
  const [, digits] = /^\{"pieces":(\d+)\}$/.exec(value) ?? []
  return digits === undefined ? null : Number(digits)
}

function withShortKey(change: StateChange): StateChange {
  const { key, value } = change
  if (key.length * 3 <= longKeyBytes || Buffer.byteLength(key) <= longKeyBytes) return change
  const hash = createHash('sha256').update(key).digest('base64')
  return { key: JSON.stringify(['long', hash]), value: value === null ? null : JSON.stringify([key, value]) }
}

/** Empty for the deletion of a key that was never stored. */
function withLongKey(entry: StateChange, longKeys: Map<string, string>): readonly StateChange[] {
  const { key: short, value: stored } = entry
  if (!short.startsWith(longStart)) return [entry]
  if (stored === null) {
    const key = longKeys.get(short)
    return key === undefined ? [] : [{ key, value: null }]
  }
  const [key, value] = JSON.parse(stored) as [string, string]
  longKeys.set(short, key)
  return [{ key, value }]
}

/** Empty for an entry that is not too large. */
function piecesOf(key: string, value: string, mostBytes: number): readonly string[] {
  if ((key.length + value.length) * 3 <= mostBytes) return []
  if (Buffer.byteLength(key) + Buffer.byteLength(value) <= mostBytes) return []
  const room = mostBytes - Buffer.byteLength(pieceKey(key, value.length))
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const units = Math.floor(Math.max(leastPieceBytes, room) / 3)
  const pieces: string[] = []
  for (let start = 0; start < value.length; ) {
    let end = Math.min(value.length, start + units)
    // Half of a surrogate pair is not valid UTF-8.
    if (end < value.length && isHighSurrogate(value.charCodeAt(end - 1))) end--
    pieces.push(value.slice(start, end))
    start = end
  }
  return pieces
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
