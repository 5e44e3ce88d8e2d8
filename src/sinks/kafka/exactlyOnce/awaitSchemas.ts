import { KoffError } from '../../../base/errors.ts'
import type { Outages } from '../../../base/outages.ts'
import { persist } from '../../../base/retry.ts'
import type { KoffEvent } from '../../../events/envelope.ts'
import type { TopicEncoder } from '../topicEncoder.ts'

export interface AwaitSchemasOptions {
  readonly encoder: Pick<TopicEncoder, 'prepare'>
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** Ends when the partition has committed. */
  readonly outages: Pick<Outages, 'begin'>
  readonly closing: AbortSignal
}

/**
 * Waits until every type of the events has a schema id. A type that the registry refused at the start is retried here:
 * only the partition with such an event waits.
 */
export async function awaitSchemas(events: readonly KoffEvent[], options: AwaitSchemasOptions): Promise<void> {
  const { encoder, partition, outages, closing } = options
  const failed = (error: unknown): KoffError => {
    if (!(error instanceof KoffError)) throw error
    outages.begin('delivery', [partition], error.message)
    return error
  }
  await persist(() => encoder.prepare(events, closing), { signal: closing, failed })
}
