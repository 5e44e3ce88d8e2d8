/** Tells of partitions that cannot be read: one line when it begins, one when it is over, however often it is tried. */
export interface Troubles {
  begin(partitions: readonly number[], reason: string): void
  /** Partitions that were read: the end of trouble for those that had any. */
  end(partitions: readonly number[]): void
}

export function createTroubles(topic: string, log: (line: string) => void): Troubles {
  const since = new Map<number, number>()
  return {
    begin: (partitions, reason) => {
      const fresh = partitions.filter(partition => !since.has(partition))
      if (fresh.length === 0) return
      const now = performance.now()
      for (const partition of fresh) since.set(partition, now)
      log(`${topic} ${ranges(fresh)} cannot be read: ${reason}; trying again until it works`)
    },
    end: partitions => {
      if (since.size === 0) return
      const over = partitions.filter(partition => since.has(partition))
      if (over.length === 0) return
      const begun = Math.min(...over.map(partition => since.get(partition) ?? 0))
      for (const partition of over) since.delete(partition)
      log(`${topic} ${ranges(over)} is read again after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    },
  }
}

/** `[0, 1, 2, 5]` → `0-2, 5`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const runs: { first: number; last: number }[] = []
  for (const number of sorted) {
    const run = runs.at(-1)
    if (run !== undefined && number <= run.last + 1) run.last = number
    else runs.push({ first: number, last: number })
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')
}
