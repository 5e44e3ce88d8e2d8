import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import { segmentFilesIn } from '../../src/sources/segment/segmentFile.ts'
import { segmentSource } from '../../src/sources/segment/segmentSource.ts'
import { startJava } from '../clients/java.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { sourceConformance } from '../sources/conformance.ts'
import { batchesOf, inputsOf } from '../sources/inputs.ts'

let kafka: Kafka
beforeAll(async () => {
  kafka = await startKafka()
  await using java = await startJava()
  const admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 1 })
  // More batches in a partition than are opened at a time
  for (let n = 0; n < 1200; n += 1) await admin.alterOffsets(`group-${n}`, { orders: { 0: n } })
})
afterAll(() => kafka.stop())

const options = () => ({ brokers: kafka.brokers, maxWaitMs: 100 })
/** What the broker has on its disk. */
const batches = async () => batchesOf(await inputsOf(segmentSource(await segmentFilesIn(kafka.dataFolder)))).length

sourceConformance('Kafka, live', {
  // Small responses, so that there are many.
  open: () => openKafkaSource({ ...options(), maxPartitionBytes: 300 }),
  isLive: true,
  batches,
  openBroken: () => openKafkaSource({ brokers: ['127.0.0.1:1'], connectTimeoutMs: 500 }),
})

sourceConformance('Kafka, to its present end', {
  open: () => openKafkaSource({ ...options(), untilEnd: true }),
  isLive: false,
  batches,
  openBroken: () => openKafkaSource({ ...options(), topic: 'nowhere', waitForTopic: false }),
})

test('a reader that stops in the middle of a response and returns continues from its position', async () => {
  await using source = await openKafkaSource({ ...options(), untilEnd: true })
  /** Batches in one chunk; 0 where there are no more. */
  const read = async () => {
    for await (const chunk of source.chunks(new AbortController().signal)) {
      const found = batchesOf(chunk).length
      if (found > 0) return found
    }
    return 0
  }
  let all = 0
  for (let found = await read(); found > 0; found = await read()) all += found
  expect(all).toBe(await batches())
})
