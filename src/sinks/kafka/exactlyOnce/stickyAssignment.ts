import type { SharedSettings } from '../../../delivery/sharedSettings.ts'

/** One instance, and the partitions that it owned when it joined. */
export interface Claim {
  readonly memberId: string
  readonly partitions: readonly number[]
  /** When it got them, ms, 0 for never: of two that claim the same, the other one was away. */
  readonly since: number
  /** host:pid; absent for older versions, which send neither this nor the next field. */
  readonly instance?: string
  readonly settings?: SharedSettings
}

/**
 * Shares the partitions 0 to `count - 1` evenly, and moves as few of them as possible. The same claims in any order
 * give the same result.
 */
export function stickyAssignment(count: number, claims: readonly Claim[]): Map<string, number[]> {
  const members = [...claims].sort((a, b) => b.since - a.since || (a.memberId < b.memberId ? -1 : 1))
  const owners = new Map<number, string>()
  for (const { memberId, partitions } of members) {
    for (const partition of partitions) {
      if (partition >= 0 && partition < count && !owners.has(partition)) owners.set(partition, memberId)
    }
  }
  const shares = new Map<string, number[]>(members.map(({ memberId }) => [memberId, []]))
  for (const [partition, memberId] of [...owners].sort(([a], [b]) => a - b)) shares.get(memberId)?.push(partition)

  // If the number of partitions is not divisible, the instances with the most partitions keep the larger shares.
  const least = Math.floor(count / Math.max(1, members.length))
  const larger = count - least * members.length
  const free: number[] = []
  const bySize = [...shares].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
  bySize.forEach(([, share], rank) => {
    free.push(...share.splice(least + (rank < larger ? 1 : 0)))
  })
  for (let partition = 0; partition < count; partition++) if (!owners.has(partition)) free.push(partition)
  free.sort((a, b) => a - b)
  bySize.forEach(([, share], rank) => {
    const quota = least + (rank < larger ? 1 : 0)
    share.push(...free.splice(0, quota - share.length))
    share.sort((a, b) => a - b)
  })
  return shares
}
