import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import type { KoffEvent } from '../../../events/envelope.ts'
import type { TopicEncoder } from '../topicEncoder.ts'

export interface AwaitSchemasOptions {
  readonly encoder: Pick<TopicEncoder, 'prepare'>
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly log: Log
  readonly closing: AbortSignal
}

const firstPauseMs = 500
const maxPauseMs = 10_000
/** What only a person can mend is tried again this seldom. */
const heldPauseMs = 30_000

/**
 * Waits until every type of the events has a schema id. A type that the registry did not take at the start is asked for
 * again here: only the partition that has such an event waits.
 */
export async function awaitSchemas(events: readonly KoffEvent[], options: AwaitSchemasOptions): Promise<void> {
  const { encoder, partition, log, closing } = options
  let failed = false
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      await encoder.prepare(events, closing)
      if (failed)
        log.info(`partition ${partition}: the registry has the schemas of its events; it goes on`, { partition })
      return
    } catch (error) {
      closing.throwIfAborted()
      if (!(error instanceof KoffError)) throw error
      const { message: reason } = error
      if (!failed)
        log.warn(`partition ${partition} waits: ${reason}; trying again until it works`, { partition, reason })
      failed = true
      await sleep(error.retriable ? pauseMs : heldPauseMs, undefined, { signal: closing }).catch(() => undefined)
      closing.throwIfAborted()
    }
  }
}
