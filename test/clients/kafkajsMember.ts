import kafkajs from 'kafkajs'
import type { Offsets } from './actor.ts'
import type { KafkajsOptions, KafkajsRequest, KafkajsStatus } from './kafkajs.ts'

/** The child process of `kafkajs.ts`: one consumer, asked by messages. */

let consumer: kafkajs.Consumer | undefined
let status: KafkajsStatus = { memberId: '', assignment: {}, joins: 0, records: 0, failure: null }

process.once('disconnect', () => process.exit())
process.on('message', (request: KafkajsRequest) => {
  void answer(request)
})

async function answer(request: KafkajsRequest): Promise<void> {
  try {
    process.send?.({ id: request.id, result: await run(request) })
  } catch (error) {
    process.send?.({ id: request.id, error: String(error) })
  }
}

async function run({ op, options, offsets = {}, metadata }: KafkajsRequest): Promise<unknown> {
  switch (op) {
    case 'open':
      if (options !== undefined) await open(options)
      return
    case 'status':
      return status
    case 'commit':
      return consumer?.commitOffsets(flat(offsets, metadata))
    case 'close':
      return consumer?.disconnect()
  }
}

async function open(options: KafkajsOptions) {
  const { bootstrap, group, topics, clientId = 'kafkajs', sessionTimeoutMs = 10_000, rebalanceTimeoutMs } = options
  const kafka = new kafkajs.Kafka({ brokers: bootstrap.split(','), clientId, logLevel: kafkajs.logLevel.NOTHING })
  consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    ...(rebalanceTimeoutMs === undefined ? {} : { rebalanceTimeout: rebalanceTimeoutMs }),
    heartbeatInterval: 300,
    // kafkajs sends its heartbeats between fetches: a long one would hide a rebalance from it.
    maxWaitTimeInMs: 200,
  })
  consumer.on('consumer.group_join', ({ payload }) => {
    status = {
      ...status,
      memberId: payload.memberId,
      assignment: sorted(payload.memberAssignment),
      joins: status.joins + 1,
    }
  })
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) status = { ...status, failure: String(payload.error) }
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  await consumer.run({
    autoCommit: options.autoCommit === true,
    eachMessage: async () => {
      status = { ...status, records: status.records + 1 }
    },
  })
}

function sorted(assignment: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(assignment).map(([topic, list]) => [topic, list.toSorted((a, b) => a - b)]))
}

function flat(offsets: Offsets, metadata: string | undefined): kafkajs.TopicPartitionOffsetAndMetadata[] {
  return Object.entries(offsets).flatMap(([topic, partitions]) =>
    Object.entries(partitions).map(([partition, offset]) => ({
      topic,
      partition: Number(partition),
      offset: String(offset),
      ...(metadata === undefined ? {} : { metadata }),
    })),
  )
}
