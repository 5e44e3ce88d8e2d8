import type { Log } from './log.ts'

/** What of a partition does not work: to read its log, or to commit what was read. */
export type Work = 'reading' | 'delivery'

/** One line when work stops, and one when all of it goes on again, however many partitions it concerns. */
export interface Outages {
  begin(work: Work, partitions: readonly number[], reason: string): void
  end(work: Work, partitions: readonly number[]): void
  /** Only these are this instance's: what was wrong with others is no business of its any more. */
  keep(partitions: ReadonlySet<number>): void
}

export function createOutages(log: Log, now: () => number = () => performance.now()): Outages {
  const affected: Readonly<Record<Work, Set<number>>> = { reading: new Set(), delivery: new Set() }
  let since = 0
  const count = () => affected.reading.size + affected.delivery.size
  const end = (work: Work, partitions: Iterable<number>) => {
    if (count() === 0) return
    for (const partition of partitions) affected[work].delete(partition)
    if (count() > 0) return
    const durationMs = Math.round(now() - since)
    log.info(`delivering again after ${(durationMs / 1000).toFixed(1)} s`, { durationMs })
  }
  return {
    begin(work, partitions, reason) {
      if (partitions.length === 0) return
      if (count() === 0) {
        since = now()
        log.warn(`${reason}; trying again until it works, nothing is lost`, { reason })
      }
      for (const partition of partitions) affected[work].add(partition)
    },
    end,
    keep(partitions) {
      for (const work of ['reading', 'delivery'] as const) {
        end(
          work,
          [...affected[work]].filter(partition => !partitions.has(partition)),
        )
      }
    },
  }
}
