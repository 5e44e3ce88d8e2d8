import type { Log } from '../base/log.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Output } from './output.ts'

export interface Measuring {
  readonly telemetry: Telemetry
  readonly log: Log
  /** The name in metrics and logs. */
  readonly pipeline: string
}

/** An output that counts and times its commits. */
export function measuredOutput(output: Output, measuring: Measuring): Output {
  const { telemetry, log, pipeline } = measuring
  return {
    name: output.name,
    open: (signal, opening) => output.open(signal, opening),
    check: async () => output.check?.(),
    async own(partition, signal) {
      const owned = await output.own(partition, signal)
      return {
        table: owned.table,
        restore: until => owned.restore(until),
        async commit(commit) {
          const start = performance.now()
          try {
            await owned.commit(commit)
          } catch (error) {
            telemetry.count('koff_commit_failures_total', { pipeline })
            throw error
          }
          const durationMs = performance.now() - start
          telemetry.observe('koff_commit_duration_seconds', { pipeline }, durationMs / 1000)
          telemetry.count('koff_commits_total', { pipeline })
          countEvents(commit.events, measuring)
          const counts = { events: commit.events.length, changes: commit.changes.length }
          const message = `partition ${partition}: ${counts.events} events and ${counts.changes} changes are committed`
          log.debug(message, { pipeline, partition, ...counts, durationMs: Math.round(durationMs) })
        },
        [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
      }
    },
    [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
  }
}

export function countEvents(events: readonly KoffEvent[], { telemetry, pipeline }: Omit<Measuring, 'log'>): void {
  const counts = new Map<string, number>()
  // The parts of a large event count as one event.
  for (const { type, part } of events) if (part === 1) counts.set(type, (counts.get(type) ?? 0) + 1)
  for (const [type, count] of counts) telemetry.count('koff_events_total', { pipeline, type }, count)
}
