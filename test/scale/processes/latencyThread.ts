import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { offsetCommitV9 } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { onConnections } from '../../bench/fill/connections.ts'
import { partitionOf } from '../../e2e/partitionOf.ts'
import { commitOf } from '../../state/batchOf.ts'
import { openTestCoordinator } from '../coordinator.ts'
import type { LatencyMessage, LatencyOptions, Measured } from '../latency.ts'

/*
 * Commits offsets of its groups at a steady pace, and reads the topic of the events as a read_committed consumer does. It
 * does what messages say, and answers those that want an answer.
 */
const { brokers, topic, reader, groups, written, partitions, perSecond, committed } = workerData as LatencyOptions
const connections = 4
/** How long it waits for events. */
const settleMs = 180_000

if (parentPort === null) throw new Error('this module is the main module of a thread')
const port = parentPort
let phase = ''
let isOver = false
const measured: Measured[] = []
/** By group: commits that were answered, and events that were read, in their order. */
const answered = new Map<string, { readonly at: number; readonly phase: string }[]>(groups.map(group => [group, []]))
const read = new Map<string, number[]>(groups.map(group => [group, []]))

port.on('message', (message: LatencyMessage) => {
  if (message.kind === 'begin') phase = message.phase
  else if (message.kind === 'end') isOver = true
  else void allRead().then(() => port.postMessage('caught up'))
})
const kafka = new kafkajs.Kafka({ clientId: 'scale', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: reader, maxWaitTimeInMs: 100, maxBytesPerPartition: 4_000_000 })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatch: async payload => {
    const at = Date.now()
    for (const { key, headers } of payload.batch.messages) {
      if (String(headers?.['ce_type']) === 'dev.koff.offset-committed') read.get(String(key))?.push(at)
    }
    await payload.heartbeat()
  },
})
await commitUntilTheEnd()
await allRead()
await consumer.disconnect()
for (const [group, commits] of answered) {
  const times = read.get(group) ?? []
  for (const [index, { at, phase: of }] of commits.entries()) {
    const readAt = times[index]
    if (readAt !== undefined) measured.push({ group, phase: of, ms: Math.max(0, readAt - at) })
  }
}
const commits = Object.fromEntries([...answered].map(([group, { length }]) => [group, length]))
port.postMessage({ measured, commits })
port.close()

/** Until the events of all that is committed now are read. */
async function allRead(): Promise<void> {
  const counts = [...answered].map(([group, { length }]) => [group, Math.max(1, length)] as const)
  const isThere = () => counts.every(([group, count]) => (read.get(group)?.length ?? 0) >= count)
  for (const deadline = Date.now() + settleMs; !isThere() && Date.now() < deadline; ) await sleep(50)
}

async function commitUntilTheEnd(): Promise<void> {
  await using coordinator = await openTestCoordinator(brokers)
  const [host = '', number] = (brokers[0] ?? '').split(':')
  const tasks = Array.from({ length: connections }, (_, index) => groups.filter((_, at) => at % connections === index))
  const everyMs = (1000 * connections) / perSecond
  const startedAt = performance.now()
  await onConnections({ host, port: Number(number) }, { count: connections, tasks }, async (connection, own) => {
    for (let number = 0; own.length > 0; number++) {
      if (isOver) return
      const dueInMs = startedAt + number * everyMs - performance.now()
      if (dueInMs > 1) await sleep(dueInMs)
      const group = own[number % own.length] as string
      const partition = partitionOf(group, partitions)
      if (written.includes(partition)) {
        await coordinator.append(partition, [commitOf(group, 'orders', 0, committed, Date.now())])
      } else {
        const commit = { partitionIndex: 0, committedOffset: BigInt(committed), committedLeaderEpoch: -1 }
        const list = [{ ...commit, committedMetadata: '' }]
        await offsetCommitV9.api.async(connection, group, -1, '', null, [{ name: 'orders', partitions: list }])
      }
      answered.get(group)?.push({ at: Date.now(), phase })
    }
  })
}
