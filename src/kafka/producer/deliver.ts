import { KoffError } from '../../base/errors.ts'
import { type RetryOptions, retry } from '../../base/retry.ts'
import type { ConnectionPool } from '../client/connectionPool.ts'
import type { LeaderTable } from '../client/leaderTable.ts'
import { codes } from '../protocol/errors.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import { type PartitionBatch, type ProducedBatch, produce } from '../protocol/produce.ts'
import { recordCountOf } from '../records/batchEncoder.ts'
import { rejection } from './rejection.ts'

export interface DeliverOptions {
  readonly leaders: LeaderTable
  readonly pool: ConnectionPool
  readonly transactionalId: string | null
  readonly retries: RetryOptions
}

/**
 * Sends batches, at most one per partition, to the leaders, until all in-sync replicas have them. A batch without a response
 * is sent again unchanged: the broker recognises it by its sequence numbers (KIP-98). With one batch per partition under
 * way, none can overtake another.
 * @throws KoffError, retriable, when the time is over; RequestRejected at once.
 */
export async function deliver(batches: readonly PartitionBatch[], options: DeliverOptions): Promise<void> {
  const { leaders, retries } = options
  let open = batches
  const attempt = async () => {
    const led = await leaders.find(open)
    const nodeOf = new Map(led.map(({ leader, ...partition }) => [nameOf(partition), leader]))
    const byLeader = Map.groupBy(open, batch => nodeOf.get(nameOf(batch)) ?? nobody)
    const sent = await Promise.all([...byLeader].map(([node, part]) => sendTo(node, part, options)))
    const failures = sent.flatMap(({ failed }) => failed)
    open = failures.map(({ batch }) => batch)
    const [first] = failures
    if (first === undefined) return
    const final = failures.find(({ error }) => !(error instanceof KoffError && error.retriable))
    if (final !== undefined) throw final.error
    await leaders.refresh(open)
    throw first.error
  }
  await retry(attempt, retries)
}

const nobody = -1

interface Sent {
  readonly failed: readonly { readonly batch: PartitionBatch; readonly error: unknown }[]
}

async function sendTo(node: number, batches: readonly PartitionBatch[], options: DeliverOptions): Promise<Sent> {
  const { pool, transactionalId } = options
  const all = (error: unknown): Sent => ({ failed: batches.map(batch => ({ batch, error })) })
  if (node === nobody) {
    const names = batches.map(nameOf).join(', ')
    return all(new KoffError('BROKER_ERROR', `partition ${names} currently has no leader`, { retriable: true }))
  }
  try {
    const connection = await pool.get(node)
    const produced = await connection.send(produce, { transactionalId, batches })
    const results = new Map(produced.map(result => [nameOf(result), result]))
    const failed = batches.flatMap(batch => {
      const result = results.get(nameOf(batch))
      if (result !== undefined && isWritten(result)) return []
      const { broker } = connection
      const size = { bytes: batch.bytes.length, records: recordCountOf(batch.bytes) }
      const call = { broker, request: produce.name, topic: batch.topic, batch: size }
      return [{ batch, error: rejection(result?.errorCode ?? codes.UNKNOWN_SERVER_ERROR, call) }]
    })
    return { failed }
  } catch (error) {
    return all(error)
  }
}

/** By this attempt, or by an earlier one without a response. */
function isWritten({ errorCode }: ProducedBatch): boolean {
  return errorCode === 0 || errorCode === codes.DUPLICATE_SEQUENCE_NUMBER
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
