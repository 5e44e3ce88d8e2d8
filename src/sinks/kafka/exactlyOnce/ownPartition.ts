import kafkajs, { type Kafka, type Message, type Transaction } from 'kafkajs'
import { KoffError } from '../../../errors.ts'
import { abortable } from '../../../runtime/abortable.ts'
import type { Commit, PartitionOutput } from '../../../runtime/delivery/output.ts'
import type { EventEncoder } from '../../../runtime/registry/eventEncoder.ts'
import type { StateChange } from '../../../state/entry.ts'
import { brokerFault, isFenced } from '../brokerFault.ts'
import { reasonBehind } from '../client.ts'
import { byPartition, messageBatches } from '../messages.ts'
import { type Owner, ownerKey, type StoredOwner } from './owner.ts'

export interface OwnPartitionOptions {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly name: string
  readonly topic: string
  /** How many the topic of the events has. */
  readonly topicPartitions: number
  readonly stateTopic: string
  readonly encoder: EventEncoder
  readonly owner: Owner
  /** Of `__consumer_offsets`, and of the state topic. */
  readonly partition: number
}

/** What the broker gives up after: longer than any transaction of koff, shorter than others like to wait for it. */
const transactionTimeoutMs = 60_000
/** One partition's share of a request is one record batch; 1 MiB of it is what any topic takes. */
const stateBatchBytes = 512 * 1024

/**
 * Initialises the partition's transactional id, which fences whoever used it before and settles what it left open. When
 * this resolves, the state topic holds all that will ever be there of earlier owners.
 * @throws KoffError, retriable where nothing but time is needed.
 */
export async function ownPartition(
  options: OwnPartitionOptions,
  signal: AbortSignal,
): Promise<Omit<PartitionOutput, 'restore'>> {
  const { kafka, name, partition } = options
  const transactionalId = `${name}-${partition}`
  const producer = kafka.producer({
    transactionalId,
    transactionTimeout: transactionTimeoutMs,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // The Java client's: other producers and readers of a group's partition agree with it.
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    // The first pause is what rules how many transactions there are in a second.
    retry: { retries: 12, initialRetryTime: 5, maxRetryTime: 500 },
  })
  const fault = (error: unknown, topic: string = options.topic): KoffError => {
    if (!isFenced(error)) return brokerFault(reasonBehind(error, kafka), { ...options, topic, transactionalId })
    const message = `partition ${partition}: another instance, or a timeout of the broker, ended transactional id ${transactionalId}`
    return new KoffError('SINK_FAILED', message, { retriable: true, cause: error })
  }
  const begin = async () => {
    await producer.connect()
    // kafkajs initialises the id with the first transaction, not when it connects.
    const first = await producer.transaction()
    await first.abort()
  }
  const disconnect = () => producer.disconnect().catch(() => undefined)
  const begun = begin()
  try {
    await abortable(begun, signal)
  } catch (error) {
    void begun.then(disconnect, disconnect)
    signal.throwIfAborted()
    throw fault(error)
  }
  return {
    async commit(commit) {
      let writing = options.topic
      try {
        await commitIn(await producer.transaction(), commit, { ...options, writes: topic => (writing = topic) })
      } catch (error) {
        throw fault(error, writing)
      }
    },
    [Symbol.asyncDispose]: disconnect,
  }
}

interface CommitOptions extends OwnPartitionOptions {
  /** Told which topic is written to next. */
  readonly writes: (topic: string) => void
}

/** The state first: where koff may not write it, no reader that is careless about aborted records sees an event. */
async function commitIn(transaction: Transaction, commit: Commit, options: CommitOptions): Promise<void> {
  const { topic, topicPartitions, stateTopic, encoder, partition, owner, writes } = options
  const stored: StoredOwner = { ...owner, committedAt: Date.now() }
  const changes = [...commit.changes, { key: ownerKey, value: JSON.stringify(stored) }]
  writes(stateTopic)
  for (const messages of stateBatches(changes, partition)) {
    await transaction.send({ topic: stateTopic, acks: -1, messages })
  }
  writes(topic)
  for await (const batch of messageBatches(commit.events, encoder)) {
    for (const messages of byPartition(batch, { topic, partitions: topicPartitions })) {
      await transaction.send({ topic, acks: -1, messages })
    }
  }
  await transaction.commit()
}

function* stateBatches(changes: readonly StateChange[], partition: number): Generator<Message[], undefined, void> {
  let batch: Message[] = []
  let bytes = 0
  for (const { key, value } of changes) {
    const size = key.length + (value?.length ?? 0) + 16
    if (batch.length > 0 && bytes + size > stateBatchBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push({ partition, key, value })
    bytes += size
  }
  if (batch.length > 0) yield batch
  return undefined
}
