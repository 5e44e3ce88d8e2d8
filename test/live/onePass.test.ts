import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { type OpenSocket, openSocket } from '../../src/kafka/net/socket.ts'
import { fetch } from '../../src/kafka/protocol/fetch.ts'
import { readResponse } from '../../src/kafka/protocol/request.ts'
import type * as Reading from '../../src/kafka/records/readBatches.ts'
import { openBatch, readBatches } from '../../src/kafka/records/readBatches.ts'
import { RecordCursor } from '../../src/kafka/records/recordCursor.ts'
import type * as Walking from '../../src/kafka/records/walkBatches.ts'
import { walkBatches } from '../../src/kafka/records/walkBatches.ts'
import { responseMemory } from '../../src/kafka/thread/responseMemory.ts'
import { serveSocket } from '../../src/kafka/thread/serveSocket.ts'
import { sharedBuffer } from '../../src/kafka/thread/sharedBuffer.ts'
import { openThreadSocket } from '../../src/kafka/thread/threadSocket.ts'
import { toSinks } from '../../src/pipeline/toSinks.ts'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'

/** The sockets that the source opens. */
let open: OpenSocket = openSocket
vi.mock('../../src/kafka/thread/readerThread.ts', () => ({
  borrowReaderThread: () => ({
    start: () => undefined,
    bestSockets: () => open,
    [Symbol.dispose]: () => undefined,
  }),
}))
vi.mock('../../src/kafka/records/walkBatches.ts', async original => {
  const module = await original<typeof Walking>()
  return { ...module, walkBatches: vi.fn(module.walkBatches) }
})
vi.mock('../../src/kafka/records/readBatches.ts', async original => {
  const module = await original<typeof Reading>()
  return { ...module, openBatch: vi.fn(module.openBatch), readBatches: vi.fn(module.readBatches) }
})

let kafka: Kafka
let java: JavaClients
beforeAll(async () => {
  ;[kafka, java] = await Promise.all([startKafka(), startJava()])
  await makeRecords()
})
afterAll(async () => {
  await java.kill()
  await kafka.stop()
})
beforeEach(() => {
  vi.clearAllMocks()
})
afterEach(() => vi.restoreAllMocks())

/** As in the reader thread, which runs in this thread here, so that its work is counted, too. */
const openSocketInThread: OpenSocket = (...where) => {
  const readers = new Map([[fetch.key, (version: number, bytes: Buffer) => readResponse(fetch, version, bytes)]])
  return openThreadSocket(order => void serveSocket(order, { room: responseMemory(sharedBuffer), readers }), ...where)
}

let groups = 0

/** Commits and records of groups that name topics by id, one of which the source does not know yet. */
async function makeRecords(): Promise<void> {
  groups += 1
  const admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ [`orders-${groups}`]: 2 })
  const topics = [`orders-${groups}`]
  const member = await java.consumer({ bootstrap: kafka.bootstrap, group: `g${groups}`, topics, protocol: 'consumer' })
  await member.assigned({ [`orders-${groups}`]: [0, 1] })
  for (let n = 0; n < 100; n++) await admin.alterOffsets(`simple-${groups}`, { [`orders-${groups}`]: { 0: n } })
  await member.close()
}

test.each([
  ['in this thread', openSocket],
  ['in the reader thread', openSocketInThread],
])('%s, each response is parsed once, and its batches and records are walked once', async (_, sockets) => {
  open = sockets
  let responses = 0
  const count = (message: unknown) => {
    if ((message as { readonly name: string }).name === 'Fetch') responses += 1
  }
  const parsed = vi.spyOn(fetch, 'read')
  const walkedRecords = vi.spyOn(RecordCursor.prototype as unknown as { parse: () => boolean }, 'parse')
  subscribe('koff:response', count)
  const stop = new AbortController()
  const options = { brokers: kafka.brokers, signal: stop.signal, from: 'latest' as const }
  await using source = await openKafkaSource(options)
  const fold = new Fold({ cluster: source.cluster, history: 'none' })
  const learned = vi.spyOn(fold.names, 'learn')
  const reading = toSinks({ source, fold, sinks: [], signal: stop.signal })
  await until({ what: 'a position', ask: async () => fold.sourceEnds.size, good: size => size > 0 })
  await makeRecords()
  const isRead = async () => [...fold.sourceEnds].every(([partition, end]) => fold.stateOf(partition).position >= end)
  await until({ what: 'commits', ask: async () => fold.totals().offsetRecords, good: commits => commits >= 100 })
  await until({ what: 'everything', ask: isRead, good: all => all })
  stop.abort()
  await reading.catch(() => undefined)
  unsubscribe('koff:response', count)

  const { records } = fold.totals()
  expect(records).toBeGreaterThan(100)
  expect(responses).toBeGreaterThan(5)
  expect(parsed.mock.calls.length).toBe(responses)
  const walks = vi.mocked(walkBatches).mock.results.map(({ value }) => (value as ReturnType<typeof walkBatches>).bounds)
  const batches = walks.reduce((sum, bounds) => sum + bounds.length - 1, 0)
  expect(vi.mocked(openBatch).mock.calls.length).toBe(batches)
  expect(vi.mocked(readBatches).mock.calls).toEqual([])
  expect(walkedRecords.mock.results.filter(({ value }) => value)).toHaveLength(records)
  // The topic that was created meanwhile has its name: it was found by that one walk.
  expect(learned.mock.calls.map(([, name]) => name)).toContain(`orders-${groups}`)
})
