import type { Log, LogFields } from './log.ts'

/** The kind of an outage: `passing` ends by itself, `deleted` when somebody recreates what was deleted. */
export type OutageKind = 'passing' | 'deleted'

/** An outage of something that koff needs: one line when it begins, one when it is over. */
export interface Outage {
  readonly isOpen: boolean
  /** Called at each failure. A deletion gets a line of its own, again after each minute. */
  begin(reason: string, kind?: OutageKind): void
  /** Called at each success. */
  end(): void
}

/** Outages of reading, by partition. */
export interface PartitionOutages {
  begin(partitions: readonly number[], reason: string, kind?: OutageKind): void
  /** Partitions that work. Those without an outage are ignored. */
  end(partitions: readonly number[]): void
}

export interface OutageOptions {
  readonly log: Log
  /** The line at the beginning. */
  readonly began: (reason: string, kind: OutageKind) => string
  /** The line at the end; `seconds` has one decimal. */
  readonly ended: (seconds: string) => string
  readonly fields?: LogFields
  /** ms of a monotonic clock. */
  readonly now?: () => number
}

const repeatMs = 60_000

export function createOutage({ log, began, ended, fields, now = () => performance.now() }: OutageOptions): Outage {
  let since: number | null = null
  let last: { readonly reason: string; readonly at: number } | null = null
  return {
    get isOpen() {
      return since !== null
    },
    begin(reason, kind = 'passing') {
      const time = now()
      const isFirst = since === null
      since ??= time
      const isDue = kind === 'deleted' && (last?.reason !== reason || time - last.at >= repeatMs)
      if (!isFirst && !isDue) return
      last = { reason, at: time }
      log.warn(began(reason, kind), { ...fields, reason })
    },
    end() {
      if (since === null) return
      const durationMs = Math.round(now() - since)
      since = null
      last = null
      log.info(ended((durationMs / 1000).toFixed(1)), { ...fields, durationMs })
    },
  }
}
