import { crc32c } from '@node-rs/crc32'
import { KoffError } from '../../base/errors.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { type BatchSize, RequestRejected } from '../../kafka/producer/rejection.ts'
import type { BatchRecord } from '../../kafka/producer/rounds.ts'
import { BatchEncoder } from '../../kafka/records/batchEncoder.ts'
import { tooLarge } from './producerFault.ts'

/** A known limit of a topic, in bytes of a record batch. */
interface Limit {
  /** A refused batch of several records: the next ones are at most half as large. */
  batchBytes: number
  /** A refused batch of one record: others of its size are not sent. */
  recordBytes: number
}

/**
 * An event, or the present state of a group, that is dropped because its topic does not accept a message of its size.
 */
export interface LeftOut {
  readonly what: Pick<KoffEvent, 'id' | 'type' | 'group'> | { readonly group: string }
  readonly topic: string
  readonly bytes: number
}

/**
 * The maximum size of messages, learned from refusals: for a topic whose limit was lowered while koff runs, or that
 * koff may not see. Its events continue in smaller batches, and single events that are too large are dropped. A
 * restarted instance checks the limit, and learns again.
 */
export class MessageLimits {
  readonly #limits = new Map<string, Limit>()
  readonly #scratch = new BatchEncoder(crc32c)

  /** The error to fail with, so that the same is retried in smaller messages; null where it is not about their size. */
  learn(error: unknown): KoffError | null {
    const batch = refusedBatch(error)
    if (batch === null) return null
    const { topic } = batch
    const limit = this.#limits.get(topic) ?? {
      batchBytes: Number.POSITIVE_INFINITY,
      recordBytes: Number.POSITIVE_INFINITY,
    }
    this.#limits.set(topic, limit)
    if (batch.records === 1) limit.recordBytes = Math.min(limit.recordBytes, batch.bytes)
    limit.batchBytes = Math.min(limit.batchBytes, Math.floor(batch.bytes / 2))
    const message = `topic ${topic} refuses a batch of ${batch.bytes} bytes: koff tries smaller ones`
    return new KoffError('SINK_FAILED', message, { retriable: true, cause: error })
  }

  batchBytes(topic: string): number | undefined {
    return this.#limits.get(topic)?.batchBytes
  }

  /** Size of a record that is too large for its topic; null where it may be sent. */
  excess(topic: string, { key, value, headers }: BatchRecord): number | null {
    const limit = this.#limits.get(topic)
    if (limit === undefined) return null
    this.#scratch.append(key, value, headers)
    const bytes = this.#scratch.size
    this.#scratch.clear()
    return bytes < limit.recordBytes ? null : bytes
  }
}

export interface RefusedBatch extends BatchSize {
  readonly topic: string
}

/** The batch that a broker refused because of its size; null for other errors. */
export function refusedBatch(error: unknown): RefusedBatch | null {
  if (!(error instanceof RequestRejected) || !tooLarge.has(error.type)) return null
  const { topic, batch } = error
  return topic === null || batch === null ? null : { ...batch, topic }
}
