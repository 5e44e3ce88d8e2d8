import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKafkaSource } from '../../src/sources/kafka/source.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { linesTo } from '../engine/linesTo.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { follow } from './follow.ts'

/*
 * A broker behind a gate that does what brokers do which several customers share: it gives each its own names. Who asks
 * for `__consumer_offsets` there asks for a topic that nobody has.
 */

const hidden = Buffer.from('__consumer_offsets')
const renamed = Buffer.from('customer-1_offsets')

let folder: string
let kafka: Kafka
let java: JavaClients
let gate: Server
let brokers: string
const sockets = new Set<Socket>()
/** How many more times the gate gives the topic another name. */
let renamesLeft = Number.POSITIVE_INFINITY
/** How many more questions about the cluster the gate answers as a broker does that has just started: it knows nobody. */
let emptyAnswersLeft = 0

beforeAll(async () => {
  folder = await temporaryFolder('hidden')
  ;[kafka, java] = await Promise.all([startKafka(), startJava()])
  const [host = '', port] = kafka.bootstrap.split(':')
  gate = createServer(client => {
    const broker = connect(Number(port), host)
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    client.pipe(renaming(client)).pipe(broker)
    broker.pipe(client)
  })
  gate.listen(0, '127.0.0.1')
  await once(gate, 'listening')
  brokers = `127.0.0.1:${(gate.address() as AddressInfo).port}`
})
afterAll(async () => {
  gate.close()
  for (const socket of sockets) socket.destroy()
  await Promise.all([java.close(), kafka.stop()])
  await removeTemporary(folder)
})

/** Requests of koff that name a topic are small enough to come in one piece. */
function renaming(client: Socket): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (chunk.readInt16BE(4) === metadataKey && emptyAnswersLeft-- > 0) {
        client.write(emptyMetadata(chunk.readInt32BE(8)))
        return done()
      }
      const at = chunk.indexOf(hidden)
      if (at >= 0 && renamesLeft-- > 0) renamed.copy(chunk, at)
      done(null, chunk)
    },
  })
}

const metadataKey = 3

/** Metadata, version 12: no brokers, no cluster id, no controller, no topics. */
function emptyMetadata(correlationId: number): Buffer {
  const body = Buffer.from([0, 0, 0, 0, 0, 1, 0, 255, 255, 255, 255, 1, 0])
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + body.length, 0)
  head.writeInt32BE(correlationId, 4)
  return Buffer.concat([head, body])
}

test('a topic that is not there is waited for where no group says that it must be there', async () => {
  const lines: string[] = []
  await using source = await openKafkaSource({ brokers: [brokers], log: linesTo(lines) })
  expect(source.cluster).toBe(kafka.clusterId)
  expect(lines).toEqual([
    '__consumer_offsets does not exist yet: waiting for it (the first group creates it; a managed service may hide it for ever)',
  ])
})

test('a cluster that has groups and shows no topic of them is refused, in a sentence that says so', async () => {
  const admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 1 })
  await admin.alterOffsets('shipping', { orders: { 0: 1 } })
  const message =
    'the cluster has consumer groups ("shipping" is one), but shows no topic __consumer_offsets: managed services on shared ' +
    'brokers hide it, and koff cannot read such a cluster'
  for (const command of ['events', 'groups']) {
    expect(await runKoff([command, '--brokers', brokers])).toEqual({
      code: 1,
      stdout: '',
      stderr: `koff: ${message}\n`,
    })
  }
  const file = join(folder, 'koff.yaml')
  await writeFile(file, `state: { dir: ${folder} }\n`)
  const { code, stderr } = await runKoff(['run', '-c', file, '--brokers', brokers])
  expect(code).toBe(1)
  const logged = stderr
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)
  expect(logged).toMatchObject([{ level: 'error', code: 'UNSUPPORTED', msg: message }])
})

test('a broker that learns late of the topic of its groups makes no history news', async () => {
  renamesLeft = 1
  await using live = await follow({ brokers: [brokers] })
  const firstEnds = () => [0, 1, 2, 3].flatMap(partition => live.of(partition).positions[0]?.logEnd ?? [])
  const ends = await until({ what: 'all partitions', ask: async () => firstEnds(), good: ({ length }) => length === 4 })
  expect(renamesLeft).toBeLessThan(1)
  // Where history ends: at the record of the group, and not at the beginning of what was not there.
  expect(Math.max(...ends)).toBeGreaterThan(0)
  expect(live.lines).toEqual([])
})

test('a broker that has just started and knows no group is asked again, so that no history becomes news', async () => {
  renamesLeft = 0
  emptyAnswersLeft = 2
  await using live = await follow({ brokers: [brokers] })
  const firstEnds = () => [0, 1, 2, 3].flatMap(partition => live.of(partition).positions[0]?.logEnd ?? [])
  const ends = await until({ what: 'all partitions', ask: async () => firstEnds(), good: ({ length }) => length === 4 })
  expect(emptyAnswersLeft).toBeLessThan(1)
  expect(Math.max(...ends)).toBeGreaterThan(0)
  expect(live.lines).toEqual([
    `${brokers}: has just started and has no metadata of the cluster yet; trying for 10 s`,
    expect.stringMatching(`^Kafka at ${brokers} is available after `),
  ])
})
