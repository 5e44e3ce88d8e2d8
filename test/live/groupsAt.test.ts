import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'

/*
 * A real log that is whole, then cleaned by the broker, then emptied by retention, then written again: what koff groups --at says of a
 * time that it knew at first.
 */
let kafka: Kafka
let java: JavaClients
let admin: JavaAdmin
/** When each commit was made: the second of `old` replaced the first. */
const times: number[] = []

/** The cleaner, and retention, come within a second. */
const quick = { 'log.cleaner.backoff.ms': '200', 'log.retention.check.interval.ms': '200' }

beforeAll(async () => {
  kafka = await startKafka({ offsetsPartitions: 1, properties: quick })
  java = await startJava()
  admin = await java.admin(kafka.bootstrap)
  await admin.createTopics({ orders: 1 })
  for (const [group, offset] of [
    ['old', 1],
    ['other', 2],
    ['old', 3],
  ] as const) {
    await commit(group, offset)
    times.push(Date.now())
    await sleep(50)
  }
})
afterAll(async () => {
  await java[Symbol.asyncDispose]()
  await kafka.stop()
})

const commit = (group: string, offset: number) => admin.alterOffsets(group, { orders: { 0: offset } })

/** Exit code, what standard error says, and the offset of each group. */
async function groupsAt(time: number) {
  const { code, stdout, stderr } = await runKoff(['groups', '--brokers', kafka.bootstrap, '--at', String(time)])
  const lines = stdout.split('\n').filter(line => line !== '')
  const views = lines.map(line => JSON.parse(line) as { group: string; offsets: { orders: { 0: number } } })
  return { code, stderr, groups: Object.fromEntries(views.map(({ group, offsets }) => [group, offsets.orders[0]])) }
}

const second = () => groupsAt(times[1] ?? 0)

it('answers about every time while the log is whole', async () => {
  expect(await groupsAt((times[0] ?? 0) - 60_000)).toEqual({ code: 0, stderr: '', groups: {} })
  expect(await groupsAt(times[0] ?? 0)).toEqual({ code: 0, stderr: '', groups: { old: 1 } })
  expect(await second()).toEqual({ code: 0, stderr: '', groups: { old: 1, other: 2 } })
})

it('reports that it does not know once compaction removed the first commit, and prints the rest', async () => {
  const settings = { 'min.cleanable.dirty.ratio': '0.001', 'segment.ms': '1000', 'max.compaction.lag.ms': '1000' }
  await admin.setTopicConfig('__consumer_offsets', settings)
  await until({
    what: 'the cleaner past the first commits',
    ask: async () => {
      // A segment is closed by the first record that comes after its time.
      await commit('sentinel', 1)
      await sleep(1_100)
      return readFile(join(kafka.dataFolder, 'cleaner-offset-checkpoint'), 'utf8').catch(() => '')
    },
    good: text => Number(/^__consumer_offsets 0 (\d+)$/m.exec(text)?.[1] ?? 0) >= 4,
    withinMs: 90_000,
  })
  await admin.setTopicConfig('__consumer_offsets', { 'min.cleanable.dirty.ratio': '0.9', 'segment.ms': '604800000' })
  await commit('other', 7)
  await commit('other', 8)
  const { code, stderr, groups } = await second()
  expect({ code, groups }).toEqual({ code: 3, groups: { other: 2 } })
  expect(stderr).toMatch(/^koff: not known before \d{4}-\d\d-\d\dT[\d:.]+Z: /)
  expect(stderr).toMatch(/partition 0 of __consumer_offsets: not known before \S+ \(offset \d+\); /)
  expect(await groupsAt(Date.now())).toMatchObject({ code: 0, stderr: '', groups: { old: 3, other: 8 } })
})

it('reports the same of one group, and of events since then', async () => {
  const then = String(times[1])
  for (const asked of [
    ['group', 'other', '--at', then],
    ['group', 'old', '--at', then],
    ['events', '--since', then, '--no-follow'],
    ['events', '--since', then, '--no-follow', '--event', 'offset-reset', '--topic', 'orders'],
  ]) {
    const { code, stderr } = await runKoff([...asked, '--brokers', kafka.bootstrap])
    expect({ asked, code, stderr }).toEqual({ asked, code: 3, stderr: expect.stringContaining('not known before ') })
  }
})

it('knows only of now where retention has taken everything', async () => {
  await admin.setTopicConfig('__consumer_offsets', { 'cleanup.policy': 'compact,delete', 'retention.ms': '1' })
  const { code, stderr, groups } = await until({
    what: 'an empty log',
    ask: second,
    good: answer => Object.keys(answer.groups).length === 0 && answer.stderr.includes('its log begins at offset'),
    withinMs: 60_000,
  })
  expect({ code, groups }).toEqual({ code: 3, groups: {} })
  expect(stderr).toMatch(/: not known before \S+Z; its log begins at offset \d+\n$/)
  expect((await runKoff(['groups', '--brokers', kafka.bootstrap])).code).toBe(0)
})

it('knows from the records after that', async () => {
  await admin.setTopicConfig('__consumer_offsets', { 'cleanup.policy': 'compact', 'retention.ms': '-1' })
  await commit('late', 9)
  const { code, stderr } = await second()
  expect(code).toBe(3)
  expect(stderr).toMatch(/not known before \S+ \(offset (\d+)\); its log begins at offset \1\n$/)
  expect(await groupsAt(Date.now())).toEqual({ code: 0, stderr: '', groups: { late: 9 } })
})
