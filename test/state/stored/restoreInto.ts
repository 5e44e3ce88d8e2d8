import type { PartitionState } from '../../../src/state/partition.ts'
import type { StateChange } from '../../../src/state/stored/entry.ts'
import { Restoring } from '../../../src/state/stored/restore.ts'

/** Puts stored entries into a fresh state. */
export function restoreInto<S extends PartitionState>(state: S, entries: Iterable<StateChange>): S {
  const restoring = new Restoring(state)
  for (const entry of entries) restoring.put(entry)
  restoring.finish()
  return state
}
