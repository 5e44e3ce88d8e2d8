import type { BulkJobOptions } from 'bullmq'
import type { EventEncoder } from '../../avro/eventEncoder.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import { eventLine } from '../../events/ndjson.ts'

export interface JobOptions {
  /** How often a worker may try a job; 3 unless given. */
  readonly attempts?: number | undefined
  /** Pause between attempts; exponential from 1 s unless given. */
  readonly backoff?: { readonly type: 'fixed' | 'exponential'; readonly delayMs: number } | undefined
  /** How long a completed job is kept: while its id exists, a repeat is dropped. 8 days unless given. */
  readonly keepCompletedMs?: number | undefined
  readonly keepFailedMs?: number | undefined
}

/** The fields of every job. */
export interface AvroJob extends Pick<KoffEvent, 'id' | 'type' | 'group' | 'parts'> {
  /** Base64 of Confluent's wire format: a zero byte, the schema's id in four bytes, the Avro bytes. */
  readonly avro: string
  readonly schemaId: number
}

export interface Job {
  readonly name: string
  readonly data: unknown
  readonly opts: BulkJobOptions
}

/** Turns events into jobs: name = type, id = id. */
export function jobMaker(payload: 'json' | 'avro' | 'both', encoder: EventEncoder | null, options: JobOptions) {
  const { attempts = defaults.attempts, backoff = defaults.backoff } = options
  const { keepCompletedMs = defaults.keepCompletedMs, keepFailedMs = defaults.keepFailedMs } = options
  const common = {
    attempts,
    backoff: { type: backoff.type, delay: backoff.delayMs },
    removeOnComplete: { age: Math.ceil(keepCompletedMs / 1000) },
    removeOnFail: { age: Math.ceil(keepFailedMs / 1000) },
  }
  return (event: KoffEvent): Job => {
    const { id, type, group, parts } = event
    const opts = { ...common, jobId: id }
    const json = payload === 'avro' ? { id, type, group, parts } : (JSON.parse(eventLine(event)) as object)
    if (encoder === null) return { name: type, data: json, opts }
    const bytes = encoder.encode(event)
    const avro = { avro: bytes.toString('base64'), schemaId: bytes.readInt32BE(1) }
    return { name: type, data: { ...json, ...avro }, opts }
  }
}

/** Longer than any replay: a clean topic keeps 7 days by default. */
const keepMs = 8 * 24 * 3_600_000

export const defaults = {
  attempts: 3,
  backoff: { type: 'exponential', delayMs: 1_000 },
  keepCompletedMs: keepMs,
  keepFailedMs: keepMs,
} as const
