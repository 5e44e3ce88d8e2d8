import { KoffError } from '../base/errors.ts'
import { persist } from '../base/retry.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { isItemSink } from '../history/itemSink.ts'
import { unpackItems } from '../history/packItems.ts'
import type { BatchFaultCode } from '../kafka/records/batch.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { Input } from '../state/input.ts'
import { pipelineOutage } from './pipelineOutage.ts'
import type { ReadAssignedOptions } from './readAssigned.ts'

export interface Reading extends ReadAssignedOptions {
  readonly topic: string
  /** Aborts when reading should end. */
  readonly stop: AbortSignal
  /** By partition: the offset after the last delivered record. */
  readonly position: Map<number, number>
}

/** The maximum number of events in one write. */
const writeSize = 5_000
/** Already logged by the reader. */
const lost: ReadonlySet<BatchFaultCode> = new Set(['RECORDS_LOST', 'LOG_TRUNCATED'])

/**
 * Passes the records of one response to the sink, and then commits their end. False where reading should end: the
 * generation of the group is over, or the pipeline ends.
 */
export async function deliverRecords(inputs: readonly Input[], reading: Reading): Promise<boolean> {
  const { topic, generation, stop, position, remaining, progress, commit } = reading
  const cursor = new RecordCursor()
  const ends = new Map<number, number>()
  const reached = new Map<number, number>()
  let values: Buffer[] = []
  const left = (partition: number) => {
    const end = ends.get(partition)
    const at = position.get(partition)
    if (end !== undefined && at !== undefined) remaining.left(`${topic}-${partition}`, Math.max(0, end - at))
  }
  const flush = async (): Promise<boolean> => {
    if (values.length > 0) progress.delivered(await write(values, reading))
    values = []
    const moved = [...reached].filter(([partition, next]) => next !== position.get(partition))
    reached.clear()
    if (moved.length === 0) return !stop.aborted
    generation.throwIfAborted()
    if (!(await commit(moved.map(([partition, next]) => ({ topic, partition, position: next }))))) return false
    for (const [partition, next] of moved) {
      position.set(partition, next)
      left(partition)
    }
    return !stop.aborted
  }
  for (const input of inputs) {
    if (input.kind !== 'position') continue
    ends.set(input.partition, input.logEnd)
    // The first position of a partition is where reading begins.
    if (!position.has(input.partition)) position.set(input.partition, input.position)
    left(input.partition)
  }
  for (const input of inputs) {
    if (input.kind === 'position') reached.set(input.partition, input.position)
    if (input.kind === 'fault' && !lost.has(input.fault.code)) warn(reading, input.fault.partition, input.fault.reason)
    if (input.kind !== 'batch') continue
    const { batch } = input
    for (cursor.open(batch); cursor.next(); ) {
      const { bytes, valueStart, valueEnd } = cursor
      if (valueStart >= 0) values.push(bytes.subarray(valueStart, valueEnd))
      if (values.length < writeSize) continue
      reached.set(batch.partition, cursor.offset + 1)
      if (!(await flush())) return false
    }
    if (cursor.fault !== null) warn(reading, batch.partition, `offset ${cursor.offset + 1}: ${cursor.fault}`)
    reached.set(batch.partition, batch.lastOffset + 1)
  }
  return await flush()
}

/** Number of events that the sink accepted. */
async function write(values: readonly Buffer[], reading: Reading): Promise<number> {
  const { generation, decoder, transform, sink, topic, historyTopic } = reading
  if (topic === historyTopic) {
    if (isItemSink(sink)) await keepTrying(reading, () => sink.keep(values.flatMap(unpackItems), generation))
    return 0
  }
  const wanted = await keepTrying(reading, async () => {
    const events: KoffEvent[] = []
    for (const value of values) {
      const event = await decoder.decode(value)
      if (event !== null) events.push(event)
    }
    return transform(events, generation)
  })
  if (wanted.length > 0) await keepTrying(reading, () => sink.write(wanted, generation))
  return wanted.length
}

/** Repeats `work` until it works; the position of the pipeline stays. */
async function keepTrying<T>(reading: Reading, work: () => Promise<T>): Promise<T> {
  const { generation: signal, remaining } = reading
  const outage = pipelineOutage(reading)
  const failed = (error: unknown): KoffError => {
    const fault = error instanceof KoffError ? error : unfit(error, reading)
    reading.retried?.(fault)
    outage.goesOn(fault)
    void remaining.look()
    return fault
  }
  const result = await persist(work, { signal, failed })
  outage.end()
  return result
}

/** The results of a pipeline's operators are not checked by types. */
function unfit(cause: unknown, { name }: Reading): KoffError {
  const what = cause instanceof Error ? cause.message : String(cause)
  return new KoffError('SINK_FAILED', `pipeline ${name}: its sink rejects an event: ${what}`, { cause })
}

function warn({ topic, log, name }: Reading, partition: number, reason: string): void {
  log.warn(`pipeline ${name}: ${topic} ${partition}: ${reason}`, { pipeline: name, topic, partition, reason })
}
