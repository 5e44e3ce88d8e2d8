import type { GroupSlot } from './group/groupSlot.ts'
import type { PendingCommit } from './offsets/transactions.ts'
import type { PartitionState } from './partition.ts'
import { rowOf } from './stored/restoreOffsets.ts'

/** A commit of an open transaction, and where its record is. */
export interface Claim {
  readonly producerId: bigint
  readonly commit: PendingCommit
  readonly place: readonly [group: string, topic: string, partition: number]
}

/** The commits of open transactions for one group. */
export function claimsOf({ offsets: { table, transactions } }: PartitionState, slot: GroupSlot): readonly Claim[] {
  const claims: Claim[] = []
  if (slot.rows === 0) return claims
  for (const [producerId, commits] of transactions.entries()) {
    for (const commit of commits) {
      if (table.groups[commit.row] !== slot) continue
      const place = [slot.name, table.topicOf(commit.row).name, table.partitions[commit.row] ?? 0] as const
      claims.push({ producerId, commit, place })
    }
  }
  return claims
}

/** Adds those that are no longer present. */
export function keepClaims(state: PartitionState, claims: readonly Claim[]): void {
  const { table, transactions } = state.offsets
  for (const { producerId, commit, place } of claims) {
    const row = rowOf(state, place)
    if (!transactions.add(producerId, { ...commit, row })) continue
    table.pending[row] = (table.pending[row] ?? 0) + 1
    state.changes?.producers.add(producerId)
  }
}

/** The commit of an open transaction has no effect, whatever its marker will be. */
export function dropClaim(state: PartitionState, producerId: bigint, row: number): void {
  const { table, transactions } = state.offsets
  if (!transactions.remove(producerId, row)) return
  const slot = table.groupOf(row)
  state.changes?.producers.add(producerId)
  table.pending[row] = (table.pending[row] ?? 1) - 1
  table.releaseIfEmpty(row)
  state.releaseSlot(slot)
}
