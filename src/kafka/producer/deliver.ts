import { KoffError } from '../../base/errors.ts'
import { type RetryOptions, retry } from '../../base/retry.ts'
import type { ConnectionPool } from '../client/connectionPool.ts'
import type { LeaderTable, TopicPartition } from '../client/leaderTable.ts'
import { type PartitionBatch, type ProduceAnswer, produceBatches } from '../protocol/produceRequest.ts'
import { refusal } from './refusal.ts'

export interface DeliverOptions {
  readonly leaders: LeaderTable
  readonly pool: ConnectionPool
  readonly transactionalId: string | null
  readonly retries: RetryOptions
}

/**
 * Sends batches, of each partition at most one, to whoever leads it, until all in-sync replicas have them. What was not
 * answered is sent again as it is: by its sequence numbers a broker knows what it has already (KIP-98), and one batch of a
 * partition at a time is why none can overtake another.
 * @throws KoffError, retriable, when the time is over; Refusal at once.
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
    return all(new KoffError('BROKER_ERROR', `partition ${names} has no leader now`, { retriable: true }))
  }
  try {
    const connection = await pool.get(node)
    const answers = await produceBatches(connection, transactionalId, batches)
    const codes = new Map(answers.map(answer => [nameOf(answer), answer]))
    const failed = batches.flatMap(batch => {
      const code = codes.get(nameOf(batch))
      if (code !== undefined && isThere(code)) return []
      const { broker } = connection
      const call = { broker, request: 'Produce', topic: batch.topic }
      return [{ batch, error: refusal(code?.errorCode ?? UNKNOWN_SERVER_ERROR, call) }]
    })
    return { failed }
  } catch (error) {
    return all(error)
  }
}

/** What it has already is as good. */
function isThere({ errorCode }: ProduceAnswer): boolean {
  return errorCode === 0 || errorCode === DUPLICATE_SEQUENCE_NUMBER
}

const UNKNOWN_SERVER_ERROR = -1
const DUPLICATE_SEQUENCE_NUMBER = 46

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
