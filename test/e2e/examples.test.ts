import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../clients/until.ts'
import { removeTemporary, temporaryFolder } from '../servers/process.ts'
import { type Redis, startRedis } from '../servers/redis.ts'
import { type Registry, startRegistry } from '../servers/registry.ts'
import { type SecuredKafka, startSecuredKafka } from '../servers/securedKafka.ts'
import { exposition } from '../web/exposition.ts'
import { startKoff } from './koff.ts'

/* The configurations in config/ as they are, with the variables that they ask for, on servers that want what theirs do. */

const password = 'pass"word'
let folder: string
let secured: SecuredKafka
let registry: Registry
let redis: Redis

beforeAll(async () => {
  folder = await temporaryFolder('examples')
  ;[secured, registry, redis] = await Promise.all([
    startSecuredKafka({ users: [{ username: 'koff', password }] }),
    startRegistry(),
    startRedis(),
  ])
  await writeFile(join(folder, 'password'), `${password}\n`)
  const { brokers } = secured.kafka
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  // The examples are for clusters of three brokers and more; their topics were made by hand here.
  await admin.createTopics({
    topics: [
      { topic: 'orders', numPartitions: 1 },
      { topic: 'koff.events', numPartitions: 6 },
      { topic: 'koff.state', numPartitions: 4, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] },
    ],
  })
  await admin.setOffsets({ groupId: 'shipping', topic: 'orders', partitions: [{ partition: 0, offset: '1' }] })
  await admin.disconnect()
  await secured.allow('koff', await grantsIn('config/sasl-ssl.yaml'))
})
afterAll(async () => {
  await Promise.all([secured[Symbol.asyncDispose](), registry.stop(), redis.stop()])
  await removeTemporary(folder)
})

/** What the comment of the example says that koff must be allowed where it is alone. */
async function grantsIn(file: string): Promise<string[]> {
  const text = (await readFile(file, 'utf8')).replaceAll('\n# ', ' ')
  const [, list = ''] = /must be allowed: ([^.]*(?:\.\w[^.]*)*)\./.exec(text) ?? []
  const kinds = { topic: 'topic', 'transactional ids': 'transactionalId', group: 'group' } as const
  return list.split('; ').flatMap(part => {
    const [, operations = '', kind = '', name = ''] = /^(.*) on (topic|transactional ids|group) (\S+)$/.exec(part) ?? []
    return operations.split(/, | and /).map(operation => `${operation} ${kinds[kind as keyof typeof kinds]} ${name}`)
  })
}

test.each([
  ['local.yaml', 'stdout'],
  ['redis-only.yaml', 'bullmq-koff-events'],
  ['sasl-ssl.yaml', 'kafka-koff.events'],
  ['confluent-cloud.yaml', 'kafka-koff.events'],
])('config/%s runs as it is', async (name, pipeline) => {
  const isSecured = pipeline.startsWith('kafka')
  await using run = startKoff(['run', '-c', `config/${name}`, '--http-host', '127.0.0.1', '--http-port', '0'], {
    KOFF_BROKERS: isSecured ? secured.sasl : secured.kafka.bootstrap,
    KAFKA_CA_FILE: secured.certificates.broker.certFile,
    // What Node trusts, where a public authority signed.
    NODE_EXTRA_CA_CERTS: secured.certificates.broker.certFile,
    KAFKA_PASSWORD_FILE: join(folder, 'password'),
    KAFKA_API_KEY: 'koff',
    KAFKA_API_SECRET: password,
    SCHEMA_REGISTRY_URL: registry.url,
    SCHEMA_REGISTRY_API_KEY: 'key',
    SCHEMA_REGISTRY_API_SECRET: password,
    REDIS_URL: redis.url,
    KOFF_STATE_DIR: join(folder, name),
  })
  const log = await until({ what: 'a port', ask: async () => run.stderr(), good: text => text.includes('/metrics') })
  const url = /"url":"([^"]+)"/.exec(log)?.[1] ?? ''
  const ready = async () => (await fetch(`${url}/readyz`)).status
  await until({ what: `${name}: ready`, ask: ready, good: status => status === 200, withinMs: 60_000 })
  const scrape = async () => exposition(await (await fetch(`${url}/metrics`)).text())
  const { value, complaints } = await until({
    what: 'a commit',
    ask: scrape,
    good: metrics => metrics.value('koff_commits_total', { pipeline }) > 0,
  })
  expect(value('koff_owned_partitions')).toBe(4)
  expect(value('koff_records_total')).toBeGreaterThan(0)
  expect(complaints()).toEqual([])
  run.kill('SIGTERM')
  expect(await run.ended).toEqual([0, null])
  const levels = run
    .stderr()
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { level: string }).level)
  expect(new Set(levels)).toEqual(new Set(['info']))
  expect(run.stderr() + run.lines().join('')).not.toContain(password)
})
