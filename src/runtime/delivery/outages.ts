import type { Log } from '../log.ts'

/** One line when delivery stops working, and one when all of it works again, however many partitions it concerns. */
export interface Outages {
  begin(partition: number, reason: string): void
  end(partition: number): void
}

export function createOutages(log: Log, now: () => number = () => performance.now()): Outages {
  const affected = new Set<number>()
  let since = 0
  return {
    begin(partition, reason) {
      if (affected.size === 0) {
        since = now()
        log.warn(`${reason}; trying again until it works, nothing is lost`, { reason })
      }
      affected.add(partition)
    },
    end(partition) {
      if (!affected.delete(partition) || affected.size > 0) return
      const durationMs = Math.round(now() - since)
      log.info(`delivering again after ${(durationMs / 1000).toFixed(1)} s`, { durationMs })
    },
  }
}
