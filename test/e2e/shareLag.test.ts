import { expect, test } from 'vitest'
import { startJava } from '../clients/java.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { startKafka } from '../servers/kafka.ts'

interface Line {
  readonly offsets: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly lag?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

test('the lag of a share group is the one that its coordinator knows', async () => {
  await using kafka = await startKafka()
  await using java = await startJava()
  const { bootstrap } = kafka
  const admin = await java.admin(bootstrap)
  await admin.createTopics({ orders: 1 })
  await admin.setGroupConfig('workers', { 'share.auto.offset.reset': 'earliest' })
  const producer = await java.producer({ bootstrap })
  await producer.send({ topic: 'orders', partition: 0, count: 20 })
  const consumer = await java.shareConsumer({ bootstrap, group: 'workers', topics: ['orders'] })
  const ask = async () => {
    const { stdout } = await runKoff(['groups', '--brokers', bootstrap, '--group', 'workers'])
    return JSON.parse(stdout === '' ? '{"offsets":{}}' : stdout) as Line
  }
  const lagging = (lag: number) => ({
    ask,
    what: `lag ${lag}`,
    good: (line: Line) => line.lag?.['orders']?.[0] === lag,
  })
  await until(lagging(0))
  await consumer.close()
  await producer.send({ topic: 'orders', partition: 0, count: 7 })
  expect(await until(lagging(7))).toMatchObject({ lag: { orders: { 0: 7 } } })
})
