import { setImmediate } from 'node:timers/promises'
import { KoffError } from '../base/errors.ts'
import type { PartitionState } from '../state/partition.ts'
import { partitionKey, type StoredPartition } from '../state/stored/entry.ts'
import { Restoring } from '../state/stored/restore.ts'
import type { PartitionOutput } from './output.ts'
import { deliveryKey, type StoredDelivery } from './storedDelivery.ts'

/** The stored entries of a partition, read but not yet combined. */
export interface StoredState {
  readonly restoring: Restoring
  readonly partition: StoredPartition
  /** Null where an older version of koff stored it, which had no such entry. */
  readonly delivery: StoredDelivery | null
}

/** After so many entries, sockets and timers have their turn: a session must not end while a large state is read. */
const entriesATurn = 2_000

/**
 * Reads the stored entries into `state`. Null where nothing is stored.
 * @throws KoffError STATE_LOST where only a part is stored.
 */
export async function readStored(
  output: PartitionOutput,
  state: PartitionState,
  signal: AbortSignal,
): Promise<StoredState | null> {
  const restoring = new Restoring(state)
  let delivery: string | null = null
  let read = 0
  for await (const entries of output.restore(signal)) {
    for (const entry of entries) {
      if (entry.key === deliveryKey) delivery = entry.value
      else restoring.put(entry)
      if (++read % entriesATurn === 0) await setImmediate()
    }
  }
  signal.throwIfAborted()
  const { partition } = restoring
  if (partition === null) return null
  return { restoring, partition, delivery: delivery === null ? null : (JSON.parse(delivery) as StoredDelivery) }
}

/** Makes the first commit of a new state delete everything that is stored. */
export async function discardStored(
  output: PartitionOutput,
  state: PartitionState,
  signal: AbortSignal,
): Promise<void> {
  const keys = new Set<string>()
  try {
    for await (const entries of output.restore(signal)) {
      for (const { key, value } of entries) {
        if (value === null) keys.delete(key)
        else keys.add(key)
      }
    }
  } catch (error) {
    if (!(error instanceof KoffError && error.code === 'STATE_LOST')) throw error
  }
  signal.throwIfAborted()
  for (const key of keys) if (key !== partitionKey && key !== deliveryKey) state.changes?.goneKeys.add(key)
}
