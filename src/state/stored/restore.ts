import type { PartitionState } from '../partition.ts'
import { partitionKey, type StateChange, type StoredPartition } from './entry.ts'
import { type ParsedEntry, restoreGroups } from './restoreGroups.ts'
import { type Place, restoreOffset, restoreRowConditions } from './restoreOffsets.ts'

/**
 * Puts a stored state back into a fresh one. Entries may come in any order of their keys; of one key the last counts, and
 * null takes it away. Offsets, of which there can be millions, go into the table as they come; what is told in several
 * entries is put together at the end.
 */
export class Restoring {
  readonly #state: PartitionState
  /** Values by key, but for those of offsets. */
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
      // Another version may have been at work before: what is deleted or replaced later does not matter.
      if (value !== null) this.#faults.set(key, reasonOf(error))
    }
  }

  /** Null where nothing is stored. Of a newer version, this is all that can be read. */
  get partition(): StoredPartition | null {
    const value = this.#values.get(partitionKey)
    return value === undefined ? null : (JSON.parse(value) as StoredPartition)
  }

  /** @throws Error that says why, where an entry is not one of this version or of version 1. */
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
