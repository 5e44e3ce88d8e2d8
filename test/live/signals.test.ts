import { afterAll, beforeAll, expect, test } from 'vitest'
import { localStore } from '../../src/delivery/localStore.ts'
import { measuredOutput } from '../../src/delivery/measuredOutput.ts'
import { soleOwnership } from '../../src/delivery/ownership.ts'
import { readiness, readinessSamples } from '../../src/delivery/readiness.ts'
import { runService } from '../../src/delivery/runDelivery.ts'
import { storedOutput } from '../../src/delivery/storedOutput.ts'
import { Fold } from '../../src/engine/fold.ts'
import type { Sink } from '../../src/engine/sink.ts'
import type { Source } from '../../src/engine/source.ts'
import { openOffsetsLog } from '../../src/sources/kafka/offsetsLog.ts'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import { foldSamples } from '../../src/telemetry/foldSamples.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { openHttpServer } from '../../src/web/server.ts'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { anyDeployment } from '../delivery/memory.ts'
import { linesTo } from '../engine/linesTo.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { exposition } from '../web/exposition.ts'

/** How many groups commit one offset each before koff reads anything. */
const groups = 12

let folder: string
let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin

beforeAll(async () => {
  folder = await temporaryFolder('signals')
  ;[kafka, java] = await Promise.all([startKafka(), startJava()])
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 1 })
  for (let group = 0; group < groups; group += 1) await commit(`g${group}`)
})
afterAll(async () => {
  await Promise.all([java.close(), kafka.stop()])
  await removeTemporary(folder)
})

async function commit(groupId: string): Promise<void> {
  await admin.alterOffsets(groupId, { orders: { 0: 0 } })
}

test('koff is ready after it has read history, and its numbers are those of the log', async () => {
  const stopping = new AbortController()
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
  const lines: string[] = []
  const telemetry = prometheusTelemetry({ version: '0', pipelines: ['kafka'] })
  const fold = new Fold({ cluster: kafka.clusterId, history: 'until-start', tracksChanges: true })
  const ownership = soleOwnership([0, 1, 2, 3])
  const told: string[] = []
  const sink: Sink = {
    name: 'notes',
    open: async () => undefined,
    write: async events => void told.push(...events.map(({ type }) => type)),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const store = localStore({ dir: folder, name: 'signals' })
  await using output = measuredOutput(storedOutput({ sink, store }), {
    telemetry,
    log: linesTo(lines),
    pipeline: 'notes',
  })
  telemetry.sample(() => foldSamples(fold, () => true))
  telemetry.sample(() => readinessSamples(readiness(ownership, fold)))
  await using server = await openHttpServer({
    port: 0,
    host: '127.0.0.1',
    telemetry,
    readiness: () => readiness(ownership, fold),
    log: linesTo(lines),
  })
  const ask = async (path: string) => {
    const response = await fetch(`${server.url}${path}`)
    return { status: response.status, body: await response.text() }
  }
  const scrape = async () => exposition((await ask('/metrics')).body)

  expect((await ask('/readyz')).status).toBe(503)
  const found = { id: null, partitions: 4 }
  await using sourceLog = await openOffsetsLog({ brokers: kafka.brokers }, { found, log: linesTo(lines) })
  const over = runService({
    fold,
    output,
    ownership,
    sourceLog,
    deployment: anyDeployment,
    signal: stopping.signal,
    log: linesTo(lines),
    openSource: async (positions, { signal }) =>
      heldAfterPositions(
        await openKafkaSource({ brokers: kafka.brokers, partitions: [...positions.keys()], signal }),
        mayGoOn,
      ),
  })
  // All partitions are known, none is read.
  const behind = await until({
    what: 'the extent of history',
    ask: () => ask('/readyz'),
    good: ({ body }) => (JSON.parse(body) as { recordsLeft: number }).recordsLeft === groups,
  })
  expect(behind.status).toBe(503)
  expect(await ask('/healthz')).toEqual({ status: 200, body: 'ok\n' })
  expect((await scrape()).value('koff_catching_up_partitions')).toBe(4)

  goOn()
  await until({ what: 'ready', ask: () => ask('/readyz'), good: ({ status }) => status === 200 })
  expect(lines.filter(line => line.startsWith('caught up'))).toHaveLength(1)
  await until({ what: 'snapshots', ask: async () => told.length, good: count => count === groups + 4 })
  await commit('later')
  await until({ what: 'a new group', ask: async () => told, good: types => types.includes('group-created') })
  const { value, complaints } = await until({
    what: 'the commit of the new group',
    ask: scrape,
    good: ({ value: of }) => of('koff_events_total', { pipeline: 'notes', type: 'group-created' }) === 1,
  })
  expect(complaints()).toEqual([])
  expect(value('koff_records_total')).toBe(groups + 1)
  expect(value('koff_offset_records_total')).toBe(groups + 1)
  expect(value('koff_groups')).toBe(groups + 1)
  expect(value('koff_owned_partitions')).toBe(4)
  expect(value('koff_catching_up_partitions')).toBe(0)
  expect(value('koff_events_total', { pipeline: 'notes', type: 'group-snapshot' })).toBe(groups)
  expect(value('koff_undecodable_records_total')).toBe(0)
  for (const partition of ['0', '1', '2', '3']) expect(value('koff_fetch_lag_records', { partition })).toBe(0)
  expect(value('koff_commits_total', { pipeline: 'notes' })).toBeGreaterThan(0)
  stopping.abort()
  await over
})

/** A source of which nothing comes but where its partitions begin and end, until it may go on. */
function heldAfterPositions(source: Source, mayGoOn: Promise<void>): Source {
  return {
    cluster: source.cluster,
    async *chunks(signal) {
      for await (const chunk of source.chunks(signal)) {
        const first = chunk.findIndex(({ kind }) => kind === 'batch')
        if (first < 0) yield chunk
        else {
          yield chunk.filter(({ kind }, at) => kind === 'position' && chunk[at + 1]?.kind === 'batch')
          await mayGoOn
          yield chunk
        }
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}
