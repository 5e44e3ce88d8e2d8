import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { behindHungTransactions } from '../chaos/hung.ts'
import { offsetsPartitions, openStage, type Stage, sessionTimeoutMs } from '../chaos/stage.ts'
import { describeVerdict } from '../chaos/verdict.ts'
import { until } from '../clients/until.ts'
import { type KoffProcess, koff } from './koff.ts'

const say = (line: string) => void process.stdout.write(`exactly once: ${line}\n`)
let stage: Stage
let running: KoffProcess

beforeAll(async () => {
  stage = await openStage({ say })
  running = stage.startInstance()
  await stage.caughtUp()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** A configuration of another deployment. */
function configured(name: string, registryTimeoutMs = 30_000): string {
  const file = join(dirname(stage.config), `${name}.yaml`)
  const registry = `registry: { url: '${stage.registry.url}', timeoutMs: ${registryTimeoutMs} }`
  const lines = [
    `name: ${name}`,
    `kafka: { brokers: '${stage.kafka.bootstrap}', requestTimeoutMs: 3000 }`,
    'instances: { sessionTimeoutMs: 1500 }',
    `sinks: [{ type: kafka, topic: ${name}.events, ${registry} }]`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

async function refused(file: string): Promise<string> {
  const { code, stderr } = await koff(['run', '-c', file])
  expect(code).toBe(1)
  return stderr
}

test('an application that hangs in a transaction hides nothing of others', async () => {
  const latencies = await behindHungTransactions(stage, 8)
  const sorted = latencies.toSorted((a, b) => a - b)
  say(`behind a hung transaction, ms: median ${sorted[sorted.length >> 1]}, longest ${sorted.at(-1)}`)
  expect(sorted.length).toBe(8)
  // Of 60 s that the transaction lasts; the machine may be busy.
  expect(sorted.at(-1)).toBeLessThan(15_000)
})

test('koff status shows the position and the owner of each partition', async () => {
  await stage.settled()
  const lines = await until({
    what: 'the positions of all partitions',
    ask: async () => {
      const { code, lines: printed, stderr } = await koff(['status', '--brokers', stage.kafka.bootstrap])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return printed.map(line => JSON.parse(line) as Readonly<Record<string, unknown>>)
    },
    good: all => all.length === offsetsPartitions && all.every(({ lag }) => lag === 0),
  })
  expect(lines.map(({ partition }) => partition)).toEqual([0, 1, 2, 3])
  for (const line of lines) {
    expect(line).toMatchObject({ inHistory: false, position: line['logEnd'], owner: expect.stringMatching(/\/\d+$/) })
    expect(line['committedAt']).toBeGreaterThan(Date.now() - 600_000)
  }
  const none = await koff(['status', '--brokers', stage.kafka.bootstrap, '--state-topic', 'nowhere.state'])
  expect(none.code).toBe(1)
  expect(none.stderr).toMatch(/^koff: \S+: the cluster has no topic nowhere\.state: koff run makes it .*\n$/)
})

test('topics are made with what they need, and those that do not fit are refused with the reason', async () => {
  const admin = new kafkajs.Kafka({ brokers: [...stage.kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['koff.state', 'koff.events'] })
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([offsetsPartitions, 4])
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: ['koff.state', 'koff.events'].map(name => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    })
    const settings = resources.map(({ configEntries }) =>
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    )
    expect(settings[0]).toMatchObject({ 'cleanup.policy': 'compact', 'min.insync.replicas': '1' })
    expect(settings[1]).toMatchObject({ 'cleanup.policy': 'delete', 'min.insync.replicas': '1' })
    const compact = [{ name: 'cleanup.policy', value: 'compact' }]
    await admin.createTopics({
      topics: [
        { topic: 'few.state', numPartitions: 3, configEntries: compact },
        { topic: 'expiring.state', numPartitions: offsetsPartitions },
        { topic: 'compacted.events', numPartitions: 4, configEntries: compact },
        { topic: 'foreign.state', numPartitions: offsetsPartitions, configEntries: compact },
      ],
      waitForLeaders: true,
    })
  } finally {
    await admin.disconnect()
  }
  const partition = { version: 1, cluster: 'another', position: 5, timestamp: 1, inHistory: false, historyEnd: 0 }
  await write('foreign.state', JSON.stringify(['partition']), JSON.stringify(partition))
  const [few, expiring, compacted, foreign] = await Promise.all(
    ['few', 'expiring', 'compacted', 'foreign'].map(async name => refused(configured(name))),
  )
  expect(few).toContain('topic few.state has 3 partitions and needs 4')
  expect(expiring).toContain('topic expiring.state has cleanup.policy=delete')
  expect(compacted).toContain('topic compacted.events has cleanup.policy=compact')
  expect(foreign).toContain(`is of cluster another, and this is cluster ${stage.kafka.clusterId}`)
})

test('a registry that is away at the start is the reason to end; one that goes later costs nothing', async () => {
  // A type of event has a schema of its own, which the reader fetches at the first one: also of those of groups that left just now.
  await sleep(sessionTimeoutMs + 1_000)
  await stage.settled()
  await stage.registry.kill()
  expect(await refused(configured('without', 1_000))).toMatch(
    /schema registry http:\S+ cannot be reached: connection refused/,
  )
  await stage.settled()
})

test('a broker that is away is waited for: a line when that begins, one when it is over, and nothing is lost', async () => {
  const before = linesOf(running)
  await stage.kafka.kill()
  await sleep(4_000)
  await stage.kafka.start()
  await stage.settled()
  await sleep(500)
  const lines = linesOf(running).slice(before.length)
  say(lines.join(' | '))
  expect(lines.filter(line => /again after/.test(line))).toEqual([expect.stringMatching(/^delivering again after/)])
  expect(lines.filter(line => /trying|cannot/.test(line))).toEqual([expect.stringMatching(/nothing is lost$/)])
  // What was in memory only is gone from the registry with it; the reader knows the schemas.
  const verdict = await stage.verdict()
  say(describeVerdict(verdict))
  expect(verdict).toMatchObject({ lost: [], twice: [], strange: [], different: [], disordered: [] })
})

test('on SIGTERM without a broker it ends within ten seconds, with exit code 0', async () => {
  process.kill(stage.kafka.pid, 'SIGSTOP')
  try {
    await sleep(500)
    const toldAt = performance.now()
    running.kill('SIGTERM')
    expect(await running.ended).toEqual([0, null])
    const ms = performance.now() - toldAt
    say(`ended after ${Math.round(ms)} ms without a broker`)
    expect(ms).toBeLessThan(10_000)
  } finally {
    process.kill(stage.kafka.pid, 'SIGCONT')
  }
})

function linesOf(koffRun: KoffProcess): string[] {
  return koffRun
    .stderr()
    .split('\n')
    .flatMap(line => (line.startsWith('{') ? [(JSON.parse(line) as { readonly msg: string }).msg] : []))
}

async function write(topic: string, key: string, value: string): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: [...stage.kafka.brokers] }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  await producer.send({ topic, messages: [{ partition: 0, key, value }] })
  await producer.disconnect()
}
