import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { type KoffProcess, startKoff } from './koff.ts'

/*
 * The questions of docs/on-call.md, each by its one command, on a cluster with a flapping member, a stalled offset and an offset
 * that was reset.
 */

const home = mkdtempSync(join(tmpdir(), 'koff-on-call-'))
let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin
let koff: KoffProcess
/** When nobody but till-1 was in the group. */
let alone = 0

beforeAll(async () => {
  kafka = await startKafka({ offsetsPartitions: 2 })
  java = await startJava()
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 6 })
  const producer = await java.producer({ bootstrap: kafka.bootstrap })
  for (let partition = 0; partition < 6; partition += 1) {
    await producer.send({ topic: 'orders', partition, count: 50, value: 'v' })
  }
  const config = join(home, 'koff.yaml')
  writeFileSync(
    config,
    [
      `kafka: { brokers: "${kafka.bootstrap}" }`,
      'conditions: { stallAfterMs: 3s, sampleEveryMs: 500ms }',
      'sinks: [{ type: kafka, topic: koff.events, format: json, partitions: 1, replicationFactor: 1 }]',
      '',
    ].join('\n'),
  )
  koff = startKoff(['run', '-c', config])
  await until({
    what: 'koff',
    ask: async () => koff.stderr(),
    good: text => text.includes('reads the groups') || text.includes('waiting for it'),
  })
  const join1 = (clientId: string) =>
    java.consumer({ bootstrap: kafka.bootstrap, group: 'shop', topics: ['orders'], clientId })
  const stays = await join1('till-1')
  await stays.assigned({ orders: [0, 1, 2, 3, 4, 5] })
  await stays.commit({ orders: { 3: 10 } })
  alone = Date.now()
  for (let times = 0; times < 2; times += 1) {
    await sleep(1_000)
    const flaps = await join1('till-flappy')
    await until({
      what: 'till-flappy has partitions',
      ask: () => flaps.status(),
      good: ({ assignment }) => (assignment['orders'] ?? []).length > 0,
      withinMs: 60_000,
    })
    await flaps.close()
    await stays.assigned({ orders: [0, 1, 2, 3, 4, 5] })
  }
  await admin.alterOffsets('nightly', { orders: { 0: 30 } })
  await admin.alterOffsets('nightly', { orders: { 0: 5 } })
  await until({
    what: 'the stalled offset',
    ask: () => asked('conditions'),
    good: ({ stdout }) => stdout.includes('offset-stalled'),
    withinMs: 60_000,
  })
}, 240_000)

afterAll(async () => {
  koff.kill('SIGTERM')
  await koff.ended
  await java[Symbol.asyncDispose]()
  await kafka.stop()
  rmSync(home, { recursive: true, force: true })
})

/** As on a terminal of 120 columns, without colours. */
const asked = (...words: readonly string[]) =>
  runKoff([...words, '--brokers', kafka.bootstrap, '-o', 'human'], { variables: { COLUMNS: '120' } })

describe('at 3 a.m. one command answers', () => {
  it('which member flaps', async () => {
    const { code, stdout } = await asked('group', 'shop')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^till-flappy +127\.0\.0\.1 +2 +2 +0 /m)
    expect(stdout).not.toMatch(/^till-1 +127\.0\.0\.1 +\d+ +\d+ +\d+ /m)
  })

  it('who owned partition 3 of orders then', async () => {
    const { code, stdout } = await asked('group', 'shop', '--at', `@${alone}`)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^orders +3 +till-1\/[0-9a-f]{8} +10 /m)
  })

  it('what changed in the last rebalance', async () => {
    const { stdout } = await asked('events', '--tail', '1', '--no-follow', '--event', 'rebalance', '--group', 'shop')
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/rebalance .* 1 member · 3 partitions moved: .*till-flappy/)
  })

  it('which groups are behind, and by how many seconds', async () => {
    const { stdout } = await asked('groups', '--sort', 'lag-time')
    expect(stdout).toMatch(/^nightly +simple +Empty +0 +1 +45 +\S*\d+m?s /m)
  })

  it('who reset an offset: what is known, and that the log does not say who', async () => {
    const { stdout } = await asked(
      'events',
      '--since',
      '1h',
      '--no-follow',
      '--event',
      'offset-re*',
      '--topic',
      'orders',
    )
    expect(stdout).toMatch(/nightly +offset rewound +orders\[0\] 30 → 5/)
  })

  it('what happened to one group, bad things only, since ten minutes ago', async () => {
    const { code, stdout, stderr } = await asked(
      'events',
      '--since',
      '10m',
      '--no-follow',
      '--group',
      'nightly',
      '--severity',
      'warn',
    )
    expect(code).toBe(0)
    expect(stdout.trim().split('\n')).toHaveLength(2)
    expect(stderr).toContain('koff conditions has those that are open')
  })

  it('whether koff itself is healthy', async () => {
    const { code, stdout } = await runKoff(['status', '-c', join(home, 'koff.yaml'), '-o', 'human'], {
      variables: { COLUMNS: '120' },
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^kafka-koff\.events +kafka +runs /m)
  })

  it('what is open now, how bad, and what to do', async () => {
    const { code, stdout } = await asked('conditions')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^error +offset-stalled +nightly +orders\[0\] .* 45 behind$/m)
    expect(stdout).toMatch(/^offset-stalled: Repeating: look in the log/m)
  })

  it('and a group that is not there is named with the nearest, exit code 1', async () => {
    const { code, stderr } = await asked('group', 'shoop')
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'koff: no such group: "shoop"; did you mean shop?\n' })
  })

  it('an event in full, by the id that the others show', async () => {
    const { stdout } = await asked(
      'events',
      '--tail',
      '1',
      '--no-follow',
      '--event',
      'rebalance',
      '--group',
      'shop',
      '--json',
    )
    const { id } = JSON.parse(stdout) as { readonly id: string }
    const { code, stdout: page } = await asked('event', id)
    expect(code).toBe(0)
    expect(page).toContain(`  id  ${id}\n`)
    expect(page).toContain('clientId  till-flappy')
  })
})
