import { crc32c } from '@node-rs/crc32'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { retry } from '../../src/base/retry.ts'
import { wholeState } from '../../src/delivery/committedEntries.ts'
import { type Cluster, openCluster } from '../../src/kafka/client/cluster.ts'
import { connectionPool } from '../../src/kafka/client/connectionPool.ts'
import { leaderTable } from '../../src/kafka/client/leaderTable.ts'
import { deliver } from '../../src/kafka/producer/deliver.ts'
import { openIdempotentProducer } from '../../src/kafka/producer/idempotentProducer.ts'
import {
  openTransactionalProducer,
  type TransactionalProducer,
} from '../../src/kafka/producer/transactionalProducer.ts'
import { BatchEncoder } from '../../src/kafka/records/batchEncoder.ts'
import { isFenced } from '../../src/sinks/kafka/producerFault.ts'
import { openStateLog } from '../../src/sources/kafka/stateLog.ts'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'

/* Three brokers, of which every one can go: what is written must be there once, whoever led when. */

const { signal } = new AbortController()
const partitions = [0, 1, 2, 3, 4, 5]
let kafka: Kafka
let cluster: Cluster

beforeAll(async () => {
  kafka = await startKafka({ brokers: 3 })
  cluster = await openCluster({ brokers: kafka.brokers }, signal)
  await using java = await startJava()
  const admin = await java.admin(kafka.bootstrap)
  const topics = ['committed', 'aborted', 'fenced', 'repeated', 'restarted', 'idempotent']
  await admin.createTopics(Object.fromEntries(topics.map(topic => [topic, partitions.length])))
})
afterAll(async () => {
  cluster.close()
  await kafka.stop()
})

test('committed records are there, in order in each partition, transaction after transaction', async () => {
  await using producer = await open('committed')
  for (const round of [1, 2, 3]) {
    await write(producer, 'committed', partitions, [`${round} a`, `${round} b`])
    await producer.commit()
  }
  await settled('committed')
  for (const partition of partitions) {
    expect(await stored('committed', partition)).toEqual(['1 a', '1 b', '2 a', '2 b', '3 a', '3 b'])
  }
})

test('a producer that goes in the middle of a transaction takes it back, and holds up no reader', async () => {
  {
    await using producer = await open('aborted')
    await write(producer, 'aborted', [0], ['never'])
  }
  await using next = await open('another-id')
  await write(next, 'aborted', [0], ['after'])
  await next.commit()
  await settled('another-id')
  expect(await stored('aborted', 0)).toEqual(['after'])
})

test('opening an id fences the previous producer, whose open transaction never counts', async () => {
  await using before = await open('fenced')
  await write(before, 'fenced', [0, 1], ['lost'])
  await using after = await open('fenced')
  const failure = await before.commit().then(
    () => 'committed',
    (error: unknown) => error,
  )
  expect({ failure, fenced: isFenced(failure) }).toMatchObject({ fenced: true })
  await write(after, 'fenced', [0, 1], ['kept'])
  await after.commit()
  await settled('fenced')
  expect(await stored('fenced', 0)).toEqual(['kept'])
  expect(await stored('fenced', 1)).toEqual(['kept'])
})

test('a batch that is sent again is there once', async () => {
  await using producer = await open('repeated')
  const batches = batchesFor(producer, 'repeated', partitions, ['once'])
  producer.begin(partitions.map(partition => ({ topic: 'repeated', partition })))
  await producer.send(batches)
  await producer.send(batches)
  const pool = connectionPool(cluster, signal)
  // As after an answer that was lost with its connection.
  const retries = { signal, timeoutMs: 5_000 }
  await deliver(batches, { leaders: leaderTable(cluster, signal), pool, transactionalId: 'repeated', retries })
  pool.close()
  await producer.commit()
  await settled('repeated')
  for (const partition of partitions) expect(await stored('repeated', partition)).toEqual(['once'])
})

test('brokers are killed and come back while transactions follow on each other: each counts once, or failed', async () => {
  const committed: string[] = []
  const doubtful = new Set<string>()
  let producer: TransactionalProducer | null = null
  const over = new AbortController()
  const writeOn = async () => {
    for (let round = 0; !over.signal.aborted; round++) {
      const value = `round ${round}`
      try {
        producer ??= await open('restarted')
        await write(producer, 'restarted', partitions, [value, `${value} again`])
        await producer.commit()
        committed.push(value)
      } catch {
        // Whether it counts is open; a new producer settles it.
        doubtful.add(value)
        await producer?.[Symbol.asyncDispose]()
        producer = null
      }
    }
  }
  const writing = writeOn()
  const someMore = async () => {
    const before = committed.length
    await until({ what: 'more transactions', ask: async () => committed.length, good: now => now >= before + 5 })
  }
  for (const node of kafka.nodes) {
    await someMore()
    await node.kill()
    await node.start()
  }
  await someMore()
  over.abort()
  await writing
  await using last = await open('restarted')
  await write(last, 'restarted', partitions, ['last'])
  await last.commit()
  await settled('restarted')
  const all = await Promise.all(partitions.map(partition => stored('restarted', partition)))
  for (const values of all) {
    // All or nothing: what one partition has of a transaction, each has.
    expect(values).toEqual(all[0])
    const rounds = values.filter(value => value?.endsWith('again') === false && value !== 'last')
    expect(rounds).toEqual([...new Set(rounds)])
    expect(rounds.filter(value => !doubtful.has(String(value)))).toEqual(committed)
    expect(values.filter(value => value?.endsWith('again'))).toEqual(rounds.map(value => `${value} again`))
  }
})

test('brokers are killed and restarted during writes without transactions: everything is there once', async () => {
  const leaders = leaderTable(cluster, signal)
  // As the sink does: a broker that has just come back needs a moment
  const opening = () => openIdempotentProducer({ cluster, leaders }, signal)
  using producer = await retry(opening, { signal, timeoutMs: 60_000 })
  const written: string[] = []
  const over = new AbortController()
  const writeOn = async () => {
    while (!over.signal.aborted) {
      const value = String(written.length)
      await producer.send(batchesFor(producer, 'idempotent', partitions, [value]), { signal, timeoutMs: 60_000 })
      written.push(value)
    }
  }
  const writing = writeOn()
  for (const node of kafka.nodes) {
    const before = written.length
    await until({ what: 'more batches', ask: async () => written.length, good: now => now >= before + 20 })
    await node.kill()
    await node.start()
  }
  over.abort()
  await writing
  for (const partition of partitions) expect(await stored('idempotent', partition)).toEqual(written)
})

/** A new cluster makes the topic of its transactions first, and a broker that is gone is missed only after a while. */
const open = (transactionalId: string) => {
  const options = { cluster, leaders: leaderTable(cluster, signal), transactionalId, transactionTimeoutMs: 60_000 }
  return retry(() => openTransactionalProducer(options, signal), { signal, timeoutMs: 60_000 })
}

function batchesFor(
  producer: Pick<TransactionalProducer, 'header'>,
  topic: string,
  to: readonly number[],
  values: readonly string[],
) {
  return to.map(partition => {
    const encoder = new BatchEncoder(crc32c)
    for (const value of values) encoder.append('key', value)
    return { topic, partition, bytes: encoder.end(producer.header({ topic, partition }, values.length)) }
  })
}

async function write(producer: TransactionalProducer, topic: string, to: readonly number[], values: readonly string[]) {
  producer.begin(to.map(partition => ({ topic, partition })))
  await producer.send(batchesFor(producer, topic, to, values))
}

/** Resolves when the markers of what was committed under that id are written: they follow the answer. */
async function settled(transactionalId: string): Promise<void> {
  await (await open(transactionalId))[Symbol.asyncDispose]()
}

/** The values of a partition that count, in order. */
async function stored(topic: string, partition: number): Promise<(string | null)[]> {
  await using log = await openStateLog({ brokers: kafka.brokers, topic, partition, signal })
  const values: (string | null)[] = []
  for await (const entries of wholeState(log, topic, signal)) values.push(...entries.map(({ value }) => value))
  return values
}
