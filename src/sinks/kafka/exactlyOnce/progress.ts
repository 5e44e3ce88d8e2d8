import { committedEntries } from '../../../delivery/committedEntries.ts'
import type { SharedSettings } from '../../../delivery/sharedSettings.ts'
import { deliveryKey, type StoredDelivery } from '../../../delivery/storedDelivery.ts'
import type { Source } from '../../../engine/source.ts'
import { partitionKey, type StoredPartition } from '../../../state/stored/entry.ts'
import { ownerKey, type StoredOwner } from './owner.ts'

/** The stored progress of one partition of `__consumer_offsets`. */
export interface StoredProgress {
  readonly stored: StoredPartition
  /** The last committer. */
  readonly owner: StoredOwner | null
}

/** For every partition with a stored state, from a source of the state topic that ends at its end. */
export async function storedProgress(
  source: Source,
  stateTopic: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, StoredProgress>> {
  const partitions = new Map<number, string>()
  const owners = new Map<number, string>()
  for await (const { partition, entries } of committedEntries(source, stateTopic, signal)) {
    for (const { key, value } of entries) {
      const values = key === partitionKey ? partitions : key === ownerKey ? owners : null
      if (value === null) values?.delete(partition)
      else values?.set(partition, value)
    }
  }
  return new Map(
    [...partitions].map(([partition, stored]) => {
      const owner = owners.get(partition)
      return [
        partition,
        {
          stored: JSON.parse(stored) as StoredPartition,
          owner: owner === undefined ? null : (JSON.parse(owner) as StoredOwner),
        },
      ] as const
    }),
  )
}

/** The settings of the instances that stored last; null before the first. */
export async function storedSettings(
  source: Source,
  stateTopic: string,
  signal: AbortSignal,
): Promise<SharedSettings | null> {
  let last: StoredDelivery | null = null
  for await (const { entries } of committedEntries(source, stateTopic, signal)) {
    for (const { key, value } of entries) {
      if (key !== deliveryKey || value === null) continue
      const delivery = JSON.parse(value) as StoredDelivery
      if (last === null || delivery.currentAt >= last.currentAt) last = delivery
    }
  }
  return last?.settings ?? null
}
