import { expect, test } from 'vitest'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { startKafka } from '../servers/kafka.ts'
import { kafkaJars } from '../servers/maven.ts'
import { runJava } from '../servers/toolchain.ts'

/* What `kafka-consumer-groups.sh` and `kafka-share-groups.sh` print of a group is what `koff groups` prints. */

interface Line {
  readonly offsets: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly lag?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Of each partition that has an offset. */
type Rows = Readonly<Record<string, { readonly offset: number; readonly lag: number }>>

const tools = {
  consumer: { program: 'consumer.group.ConsumerGroupCommand', offset: 'CURRENT-OFFSET' },
  share: { program: 'consumer.group.ShareGroupCommand', offset: 'START-OFFSET' },
} as const

async function byKafka(bootstrap: string, group: string, kind: keyof typeof tools): Promise<Rows> {
  const { program, offset } = tools[kind]
  const args = ['--bootstrap-server', bootstrap, '--describe', '--offsets', '--group', group]
  const text = await runJava(['-cp', `${await kafkaJars()}/*`, `org.apache.kafka.tools.${program}`, ...args])
  const lines = text.split('\n').map(line => line.trim().split(/\s+/))
  const at = lines.findIndex(([first]) => first === 'GROUP')
  const head = lines[at] ?? []
  const rows = lines.slice(at + 1).filter(([first]) => first === group)
  const cell = (row: readonly string[], name: string) => row[head.indexOf(name)] ?? ''
  return Object.fromEntries(
    rows
      .filter(row => cell(row, offset) !== '-')
      .map(row => [
        `${cell(row, 'TOPIC')} ${cell(row, 'PARTITION')}`,
        { offset: Number(cell(row, offset)), lag: Number(cell(row, 'LAG')) },
      ]),
  )
}

async function byKoff(bootstrap: string, group: string): Promise<Rows> {
  const { stdout } = await runKoff(['groups', '--brokers', bootstrap, '--group', group])
  if (stdout === '') return {}
  const { offsets, lag = {} } = JSON.parse(stdout) as Line
  return Object.fromEntries(
    Object.entries(offsets).flatMap(([topic, of]) =>
      Object.entries(of).map(([partition, offset]) => [
        `${topic} ${partition}`,
        { offset, lag: lag[topic]?.[partition] ?? Number.NaN },
      ]),
    ),
  )
}

test('koff groups equals the tools of Kafka, for classic, consumer and share groups with a known backlog', async () => {
  await using kafka = await startKafka()
  await using java = await startJava()
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  await admin.createTopics({ orders: 2 })
  await admin.setGroupConfig('share', { 'share.auto.offset.reset': 'earliest' })
  const producer = await java.producer({ bootstrap })
  const write = async (count: number) => {
    for (const partition of [0, 1]) await producer.send({ topic: 'orders', partition, count })
  }
  await write(20)
  const of = (group: string) => ({ bootstrap, group, topics: ['orders'] })
  const classic = await java.consumer(of('classic'))
  const consumer = await java.consumer({ ...of('consumer'), protocol: 'consumer' })
  for (const member of [classic, consumer]) {
    await member.assigned({ orders: [0, 1] })
    await member.commit({ orders: { 0: 13, 1: 20 } })
  }
  const share = await java.shareConsumer(of('share'))
  await until({
    what: 'the share group has read all',
    ask: () => byKoff(bootstrap, 'share'),
    good: rows => Object.values(rows).length === 2 && Object.values(rows).every(({ lag }) => lag === 0),
  })
  await share.close()
  // The backlog.
  await write(7)
  for (const [group, lag] of [
    ['classic', [14, 7]],
    ['consumer', [14, 7]],
    ['share', [7, 7]],
  ] as const) {
    const kind = group === 'share' ? 'share' : 'consumer'
    const [mine, theirs] = await Promise.all([byKoff(bootstrap, group), byKafka(bootstrap, group, kind)])
    expect([group, mine]).toEqual([group, theirs])
    expect([group, mine['orders 0']?.lag, mine['orders 1']?.lag]).toEqual([group, ...lag])
  }
})
