import type { Log } from '../../base/log.ts'
import { createOutage, type PartitionOutages } from '../../base/outage.ts'
import { ranges } from '../../base/ranges.ts'

/**
 * Logs the partitions of a topic that cannot be read: one line when it begins, one when it is over. `limitMs` is how long koff
 * tries.
 */
export function readingOutages(topic: string, log: Log, limitMs = () => Number.POSITIVE_INFINITY): PartitionOutages {
  const effort = () => (Number.isFinite(limitMs()) ? `trying for ${limitMs() / 1000} s` : 'retrying until it works')
  const since = new Map<number, number>()
  const deletion = createOutage({
    log,
    began: reason => reason,
    ended: seconds => `topic ${topic} exists again after ${seconds} s`,
    fields: { topic },
  })
  return {
    begin: (partitions, reason, kind) => {
      if (kind === 'deleted') return deletion.begin(reason, kind)
      const fresh = partitions.filter(partition => !since.has(partition))
      if (fresh.length === 0) return
      const now = performance.now()
      for (const partition of fresh) since.set(partition, now)
      const message = `${topic} ${ranges(fresh)} cannot be read: ${reason}; ${effort()}`
      log.warn(message, { topic, partitions: fresh, reason })
    },
    end: partitions => {
      deletion.end()
      if (since.size === 0) return
      const over = partitions.filter(partition => since.has(partition))
      if (over.length === 0) return
      const begun = Math.min(...over.map(partition => since.get(partition) ?? 0))
      for (const partition of over) since.delete(partition)
      const durationMs = Math.round(performance.now() - begun)
      const message = `${topic} ${ranges(over)} can be read again after ${(durationMs / 1000).toFixed(1)} s`
      log.info(message, { topic, partitions: over, durationMs })
    },
  }
}
