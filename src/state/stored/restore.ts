import type { PartitionState } from '../partition.ts'
import { partitionKey, type StateChange, type StoredPartition } from './entry.ts'
import { type ParsedEntry, restoreGroups } from './restoreGroups.ts'
import { type Place, restoreOffset, restoreRowConditions } from './restoreOffsets.ts'

/**
 * Restores a stored state into a new one. Keys may come in any order; of one key the last entry counts, and null
 * deletes it. Offsets, of which there can be millions, go into the table directly; everything that spans several
 * entries is combined at the end.
 */
export class Restoring {
  readonly #state: PartitionState
  /** Values by key, except those of offsets. */
  readonly #values = new Map<string, string>()
  /** Why the entry under a key cannot be used. */
  readonly #faults = new Map<string, string>()

  constructor(state: PartitionState) {
    this.#state = state
  }

  put(entry: StateChange): void {
    const { key, value } = entry
    this.#faults.delete(key)
    try {
      const [kind, ...place] = JSON.parse(key) as [string, ...Place]
      if (kind === 'offset') restoreOffset(this.#state, place, value)
      else if (kind === 'condition' && place.length > 1) restoreRowConditions(this.#state, place, value)
      else if (value === null) this.#values.delete(key)
      else this.#values.set(key, value)
    } catch (error) {
      // Entries of another version do not matter if they are deleted or replaced later.
      if (value !== null) this.#faults.set(key, reasonOf(error))
    }
  }

  /** Null where nothing is stored. Of a newer version, this is all that can be read. */
  get partition(): StoredPartition | null {
    const value = this.#values.get(partitionKey)
    return value === undefined ? null : (JSON.parse(value) as StoredPartition)
  }

  /** @throws Error with the reason, where an entry belongs neither to this version nor to version 1. */
  finish(): void {
    const state = this.#state
    for (const reason of this.#faults.values()) throw new Error(reason)
    const { partition } = this
    if (partition !== null) state.restore(partition)
    this.#values.delete(partitionKey)
    restoreGroups(state, this.#parsed())
  }

  *#parsed(): Generator<ParsedEntry> {
    for (const [key, text] of this.#values) {
      try {
        yield { key, parsed: JSON.parse(text) as unknown }
      } catch (error) {
        throw new Error(`entry ${key}: ${reasonOf(error)}`, { cause: error })
      }
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
