import type { Log } from './log.ts'
import { createOutage, type OutageKind } from './outage.ts'

/** What fails for a partition: reading its log, or committing what was read. */
export type Work = 'reading' | 'delivery'

/** The outage of a service. It lasts while any work on any of its partitions fails. */
export interface Outages {
  readonly isOpen: boolean
  begin(work: Work, partitions: readonly number[], reason: string, kind?: OutageKind): void
  end(work: Work, partitions: readonly number[]): void
  /** From now on this instance owns only these partitions: failures of others no longer count. */
  keep(partitions: ReadonlySet<number>): void
}

export function createOutages(log: Log, now: () => number = () => performance.now()): Outages {
  const affected: Readonly<Record<Work, Set<number>>> = { reading: new Set(), delivery: new Set() }
  const outage = createOutage({ log, began, ended: seconds => `delivering again after ${seconds} s`, now })
  const end = (work: Work, partitions: Iterable<number>) => {
    for (const partition of partitions) affected[work].delete(partition)
    if (affected.reading.size + affected.delivery.size === 0) outage.end()
  }
  return {
    get isOpen() {
      return outage.isOpen
    },
    begin(work, partitions, reason, kind) {
      if (partitions.length === 0) return
      for (const partition of partitions) affected[work].add(partition)
      outage.begin(reason, kind)
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

function began(reason: string, kind: OutageKind): string {
  return kind === 'deleted' ? reason : `${reason}; retrying until it works, nothing is lost`
}
