import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs, { type Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KafkajsConsumer, startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { exposition } from '../web/exposition.ts'
import { type KoffProcess, koff, startKoff } from './koff.ts'

let kafka: Kafka
let admin: Admin
let home: string
let variables: NodeJS.ProcessEnv

beforeAll(async () => {
  kafka = await startKafka()
  variables = { KOFF_BROKERS: kafka.bootstrap }
  home = mkdtempSync(join(tmpdir(), 'koff-commands-'))
  const brokers = kafka.bootstrap.split(',')
  admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 3 }] })
})

afterAll(async () => {
  await admin.disconnect()
  await kafka.stop()
  rmSync(home, { recursive: true, force: true })
})

/** A member with all partitions. It commits nothing by itself. */
async function member(group: string): Promise<KafkajsConsumer> {
  const consumer = await startKafkajsConsumer({ bootstrap: kafka.bootstrap, group, topics: ['orders'] })
  await consumer.assigned({ orders: [0, 1, 2] })
  return consumer
}

interface Line {
  readonly type: string
  readonly group: string
  readonly offset: number
}

function idsIn(run: KoffProcess): string[] {
  return run.lines().map(line => (JSON.parse(line) as { readonly id: string }).id)
}

function parsed(lines: readonly string[]): Line[] {
  return lines.map(line => JSON.parse(line) as Line)
}

describe('koff on a cluster without any consumer yet', () => {
  it.each([['groups'], ['events', '--until-end'], ['print', '--until-end']])(
    'has nothing to show: %s %s',
    async (...line) => {
      const { code, lines, stderr } = await koff(line, variables)
      expect({ code, lines }).toEqual({ code: 0, lines: [] })
      expect(stderr).toMatch(/^koff: __consumer_offsets does not exist yet: nothing to read \(.*\)\n$/)
    },
  )

  it('prints, follows and stops: waits for the topic, then has every record, and ends with the code of the signal', async () => {
    await using print = startKoff(['print'], variables)
    await until({
      what: 'the notice',
      ask: async () => print.stderr(),
      good: text => text.includes('__consumer_offsets does not exist yet'),
      withinMs: 30_000,
    })
    await using consumer = await member('first')
    await consumer.commit({ orders: { 1: 7 } })
    const commit = await print.line(line => line.includes('"OFFSET_COMMIT"'))
    expect(JSON.parse(commit)).toMatchObject({
      group: 'first',
      key: { topic: 'orders', partition: 1 },
      value: { offset: 7 },
    })
    await consumer.close()
    print.kill('SIGINT')
    expect(await print.ended).toEqual([130, null])
    expect(
      print
        .stderr()
        .split('\n')
        .filter(line => line.includes('does not exist yet')),
    ).toHaveLength(1)
  })
})

describe('koff on a cluster with a life behind it', () => {
  it('prints the same records live as it decodes from its recording and from the segments', async () => {
    const file = join(home, 'life.ndjson.gz')
    const record = await koff(['record', '--until-end', '-o', file], variables)
    expect(record).toMatchObject({ code: 0, lines: [] })
    const printed = await koff(['print', '--until-end'], variables)
    expect(printed).toMatchObject({ code: 0, stderr: '' })
    expect(printed.lines.length).toBeGreaterThan(3)
    const decoded = await koff(['decode', file])
    expect(decoded).toMatchObject({ code: 0, stderr: '' })
    expect(decoded.lines.toSorted()).toEqual(printed.lines.toSorted())
    const segments = await koff(['decode', kafka.nodes[0]?.dataFolder ?? ''])
    expect(segments.lines.toSorted()).toEqual(printed.lines.toSorted())
  })

  it('shows the same groups live as from a recording, and as they were', async () => {
    const file = join(home, 'groups.ndjson')
    await koff(['record', '--until-end', '-o', file], variables)
    const samples = readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line.includes('"logEnd"'))
    expect(samples.map(line => JSON.parse(line) as object)).toMatchObject([
      { kind: 'logEnd', topic: 'orders', partition: 1, logStart: 0, logEnd: 0 },
    ])
    const live = await koff(['groups'], variables)
    expect(parsed(live.lines)).toMatchObject([
      { group: 'first', groupType: 'classic', state: 'Empty', offsets: { orders: { 1: 7 } } },
    ])
    expect((await koff(['groups', file])).lines).toEqual(live.lines)
    expect((await koff(['groups', '--at', '@0', file])).lines).toEqual([])
  })

  it('records a part: a partition, a group, a type', async () => {
    const all = parsed((await koff(['print', '--until-end'], variables)).lines)
    const some = await koff(
      ['record', '--until-end', '--type', 'OFFSET_COMMIT', '--group', 'first', '-o', '-'],
      variables,
    )
    const file = join(home, 'some.ndjson')
    writeFileSync(file, `${some.lines.join('\n')}\n`)
    const decoded = parsed((await koff(['decode', file])).lines)
    expect(decoded).toEqual(all.filter(({ type, group }) => type === 'OFFSET_COMMIT' && group === 'first'))
    expect(decoded.length).toBeGreaterThan(0)
  })

  it('reports in one line that a recording cannot be written', async () => {
    const file = join(home, 'nowhere', 'life.ndjson.gz')
    const { code, lines, stderr } = await koff(['record', '--until-end', '-o', file], variables)
    expect({ code, lines }).toEqual({ code: 1, lines: [] })
    expect(stderr).toBe(`koff: ${file}: cannot be written: no such file or directory\n`)
  })

  it('begins and ends at the given positions', async () => {
    const all = parsed((await koff(['print', '--until-end'], variables)).lines)
    const range = parsed((await koff(['print', '--from', '1', '--to', '2'], variables)).lines)
    expect(range).toEqual(all.filter(({ offset }) => offset >= 1 && offset <= 2))
    expect((await koff(['print', '--from', 'latest', '--until-end'], variables)).lines).toEqual([])
    expect(parsed((await koff(['print', '--from', '@1', '--to', `@${Date.now()}`], variables)).lines)).toEqual(all)
  })

  it('emits snapshots for history, then events', async () => {
    await using events = startKoff(['events', '--event', 'default', '--event', 'offset-committed'], variables)
    const snapshot = await events.line(line => line.includes('"group-snapshot"'))
    expect(JSON.parse(snapshot)).toMatchObject({ group: 'first', groupType: 'classic' })
    await using consumer = await member('second')
    await consumer.commit({ orders: { 0: 3 } })
    await events.line(line => line.includes('"offset-committed"'))
    await consumer.close()
    await events.line(line => line.includes('"group-emptied"'))
    events.kill('SIGTERM')
    expect(await events.ended).toEqual([143, null])
    expect(events.stderr()).toBe('')
    const types = parsed(events.lines()).flatMap(({ type, group }) => (group === 'second' ? [type] : []))
    expect(types).toEqual([
      'group-created',
      'member-joined',
      'rebalance',
      'offset-committed',
      'member-left',
      'group-emptied',
    ])
  })

  it('runs as a service until a signal, and continues after a restart', async () => {
    const file = join(home, 'koff.yaml')
    writeFileSync(file, 'groups: { exclude: [second] }\nstate: { dir: state }\nsinks:\n  - type: stdout\n')
    const caughtUp = async (run: KoffProcess) =>
      until({
        what: 'the end of history in all partitions',
        ask: async () => run.lines().filter(line => line.includes('"koff-caught-up"')).length,
        good: count => count === 4,
      })
    const ids: string[] = []
    {
      await using run = startKoff(['run', '-c', file, '--http-host', '127.0.0.1', '--http-port', '0'], variables)
      await caughtUp(run)
      const url = /"url":"([^"]+)"/.exec(run.stderr())?.[1] ?? ''
      await until({
        what: 'ready',
        ask: async () => (await fetch(`${url}/readyz`)).status,
        good: status => status === 200,
      })
      const { value, complaints } = exposition(await (await fetch(`${url}/metrics`)).text())
      expect(value('koff_events_total', { pipeline: 'stdout', type: 'koff-caught-up' })).toBe(4)
      expect(value('koff_owned_partitions')).toBe(4)
      expect(complaints()).toEqual([])
      await using excluded = await member('second')
      await using consumer = await member('third')
      await run.line(line => line.includes('"member-joined"'))
      await using second = startKoff(['run', '-c', file], variables)
      expect(await second.ended).toEqual([1, null])
      expect(second.stderr()).toContain(join(home, 'state', 'koff.db'))
      run.kill('SIGTERM')
      expect(await run.ended).toEqual([0, null])
      const logged = run.stderr().trim().split('\n')
      const levels = logged.map(line => (JSON.parse(line) as { level: string }).level)
      expect(new Set(levels)).toEqual(new Set(['info']))
      expect(logged.at(-1)).toContain('"msg":"ended"')
      const groups = new Set(parsed(run.lines()).map(({ group }) => group))
      expect(groups).toEqual(new Set(['', 'first', 'third']))
      expect(run.lines().filter(line => line.includes('"group-snapshot"'))).toHaveLength(1)
      ids.push(...idsIn(run))
      await consumer.close()
      await excluded.close()
    }
    await using again = startKoff(['run', '-c', file], variables)
    await again.line(line => line.includes('"group-emptied"'))
    again.kill('SIGTERM')
    expect(await again.ended).toEqual([0, null])
    const lines = parsed(again.lines())
    expect(lines.map(({ type, group }) => `${group} ${type}`)).toEqual(['third member-left', 'third group-emptied'])
    ids.push(...idsIn(again))
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('koff on a cluster that is not there', () => {
  it('says which broker does not answer, after the time it was given, and exits with 1', async () => {
    const { code, lines, stderr } = await koff(['events', '--brokers', '127.0.0.1:1', '--connect-timeout', '1000'])
    expect({ code, lines }).toEqual({ code: 1, lines: [] })
    expect(stderr.split('\n')).toEqual([
      'koff: 127.0.0.1:1: connection refused; trying for 1 s',
      'koff: no broker within 1 s: 127.0.0.1:1: connection refused',
      '',
    ])
  })
})
