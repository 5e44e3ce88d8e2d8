import { setTimeout as sleep } from 'node:timers/promises'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JavaAdmin } from '../clients/admin.ts'
import { type JavaClients, startJava } from '../clients/java.ts'
import { startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { type Kafka, startKafka } from '../servers/kafka.ts'
import { startRegistry } from '../servers/registry.ts'

let kafka: Kafka
let bootstrap: string
let java: JavaClients
let admin: JavaAdmin

beforeAll(async () => {
  kafka = await startKafka()
  bootstrap = kafka.bootstrap
  java = await startJava()
  admin = await java.admin(bootstrap)
  await admin.createTopics({ orders: 4, counts: 1 })
})

afterAll(async () => {
  await java.close()
  await kafka.stop()
})

describe('a classic group of Java consumers', () => {
  const group = 'java-classic'
  const topics = ['orders']

  test('shares the partitions, commits, loses a killed member and empties', async () => {
    const first = await java.consumer({ bootstrap, group, topics, clientId: 'first' })
    await first.assigned({ orders: [0, 1, 2, 3] })
    await using doomed = await startJava()
    const second = await doomed.consumer({ bootstrap, group, topics, sessionTimeoutMs: 2_000 })
    await second.assigned()
    await first.assigned({ orders: (await first.status()).assignment['orders'] ?? [] })
    await first.commit({ orders: { 0: 5 } }, 'why')
    expect(await admin.settled(group, 'Stable', 2)).toMatchObject({ protocol: 'range', offsets: { orders: { 0: 5 } } })
    await doomed.kill()
    await first.assigned({ orders: [0, 1, 2, 3] })
    await first.close()
    await admin.settled(group, 'Empty', 0)
  })

  test('can be reset and deleted while it is empty', async () => {
    await admin.alterOffsets(group, { orders: { 0: 2 } })
    const [described] = await admin.describeGroups(group)
    expect(described?.offsets).toEqual({ orders: { 0: 2 } })
    await admin.deleteGroups(group)
    expect(await admin.listGroups()).not.toHaveProperty(group)
  })

  test('keeps a static member that closes and comes back', async () => {
    const options = { bootstrap, group: 'java-static', topics, instanceId: 'one' } as const
    const before = await java.consumer(options)
    const { memberId } = await before.assigned({ orders: [0, 1, 2, 3] })
    await before.close()
    expect(await admin.settled('java-static', 'Stable', 1)).toMatchObject({ members: [{ id: memberId }] })
    const after = await java.consumer(options)
    expect((await after.assigned({ orders: [0, 1, 2, 3] })).memberId).not.toBe(memberId)
    await after.close('LEAVE_GROUP')
    await admin.settled('java-static', 'Empty', 0)
  })
})

test('a kafkajs consumer joins, commits, is killed, and another one takes over', async () => {
  const group = 'kafkajs'
  await using first = await startKafkajsConsumer({ bootstrap, group, topics: ['orders'], sessionTimeoutMs: 2_000 })
  await first.assigned({ orders: [0, 1, 2, 3] })
  await first.commit({ orders: { 1: 3 } })
  await using second = await startKafkajsConsumer({ bootstrap, group, topics: ['orders'], clientId: 'second' })
  await second.assigned()
  expect(await admin.settled(group, 'Stable', 2)).toMatchObject({ protocol: 'RoundRobinAssigner' })
  await first.kill()
  await second.assigned({ orders: [0, 1, 2, 3] })
  await second.close()
  await admin.settled(group, 'Empty', 0)
})

test('a group of the new protocol subscribes by a regex that the broker evaluates', async () => {
  const group = 'java-consumer'
  const member = await java.consumer({ bootstrap, group, protocol: 'consumer', serverPattern: 'ord.*' })
  await member.assigned({ orders: [0, 1, 2, 3] })
  const { members } = await admin.settled(group, 'Stable', 1)
  expect(members).toMatchObject([{ assignment: { orders: [0, 1, 2, 3] } }])
  await member.close()
  await admin.settled(group, 'Empty', 0)
})

test('a transaction moves the offsets of a group when it commits, and not when it aborts', async () => {
  const group = 'transactional'
  const producer = await java.producer({ bootstrap, transactionalId: group })
  const committed = async () => (await admin.describeGroups(group))[0]?.offsets
  await producer.begin()
  await producer.sendOffsets({ orders: { 0: 1 } }, { group })
  await producer.commit()
  await producer.begin()
  await producer.sendOffsets({ orders: { 0: 2 } }, { group })
  await producer.abort()
  await producer.close()
  expect(await committed()).toEqual({ orders: { 0: 1 } })
})

test('a share consumer gets the records', async () => {
  const group = 'share'
  await admin.setGroupConfig(group, { 'share.auto.offset.reset': 'earliest' })
  const consumer = await java.shareConsumer({ bootstrap, group, topics: ['orders'] })
  const producer = await java.producer({ bootstrap })
  expect(await producer.send({ topic: 'orders', partition: 3, count: 10, value: 'v' })).toBe(9)
  await until({ what: '10 records', ask: () => consumer.status(), good: now => now.records === 10 })
  expect(await admin.settled(group, 'Stable', 1)).toMatchObject({ groupType: 'share' })
  await producer.close()
  await consumer.close()
})

test.each(['classic', 'streams'] as const)('a streams application runs on the %s protocol', async protocol => {
  const applicationId = `streams-${protocol}`
  const options = { bootstrap, applicationId, protocol, topics: ['orders'], output: 'counts', counting: true } as const
  const application = await java.streams(options)
  await application.running(4)
  const [group] = await admin.describeGroups(applicationId)
  expect(group).toMatchObject({ groupType: protocol, state: 'Stable', members: [{}] })
  await application.close('LEAVE_GROUP')
  await admin.settled(applicationId, 'Empty', 0)
})

test("Avro's own reader decodes what was written with the registry's schema", async () => {
  await using registry = await startRegistry()
  const schema = JSON.stringify({
    type: 'record',
    name: 'Named',
    fields: [
      { name: 'count', type: 'long' },
      { name: 'data', type: ['null', { type: 'record', name: 'Inner', fields: [{ name: 'text', type: 'string' }] }] },
    ],
  })
  const confluent = new SchemaRegistry({ host: registry.url })
  const { id } = await confluent.register({ type: SchemaType.AVRO, schema }, { subject: 'named-value' })
  const value = await confluent.encode(id, { count: 7, data: { text: 'ü' } })
  await admin.createTopics({ named: 2 })
  const producer = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({ topic: 'named', messages: [{ key: 'k', value, headers: { h: 'v' }, partition: 1 }] })
  await producer.disconnect()
  const messages = await java.readAvro({ bootstrap, topic: 'named', registry: registry.url, count: 1 })
  expect(messages).toMatchObject([
    { partition: 1, offset: 0, key: 'k', headers: { h: 'v' }, value: { count: 7, data: { text: 'ü' } } },
  ])
})

test("what Kafka's client throws is what the caller gets", async () => {
  await expect(admin.deleteTopics('missing')).rejects.toThrow(/deleteTopics: UnknownTopicOrPartitionException/)
  await expect(java.consumer({ bootstrap: 'nowhere', group: 'x', topics: ['orders'] })).rejects.toThrow(
    /ConfigException/,
  )
})

test('a client in a process that was killed answers with a failure at once', async () => {
  await using doomed = await startJava()
  const consumer = await doomed.consumer({ bootstrap, group: 'doomed', topics: ['orders'] })
  const asked = consumer.assigned({ orders: [99] }).catch(String)
  await sleep(200)
  await doomed.kill()
  expect(await asked).toMatch(/java (has )?ended/)
})
