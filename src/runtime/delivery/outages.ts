import type { Log } from '../log.ts'

/** One line when delivery stops working, and one when all of it works again, however many partitions it concerns. */
export interface Outages {
  begin(what: Affected, reason: string): void
  end(what: Affected): void
}

/** A partition, or the reading of all that are owned. */
type Affected = number | 'reading'

export function createOutages(log: Log, now: () => number = () => performance.now()): Outages {
  const affected = new Set<Affected>()
  let since = 0
  return {
    begin(what, reason) {
      if (affected.size === 0) {
        since = now()
        log.warn(`${reason}; trying again until it works, nothing is lost`, { reason })
      }
      affected.add(what)
    },
    end(what) {
      if (!affected.delete(what) || affected.size > 0) return
      const durationMs = Math.round(now() - since)
      log.info(`delivering again after ${(durationMs / 1000).toFixed(1)} s`, { durationMs })
    },
  }
}
