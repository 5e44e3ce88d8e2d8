import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { openKafkaAdmin } from '../../src/kafka/client/admin.ts'
import { startJava } from '../clients/java.ts'
import { startKafkajsConsumer } from '../clients/kafkajs.ts'
import { until } from '../clients/until.ts'
import { runKoff } from '../commands/runKoff.ts'
import { startKafka } from '../servers/kafka.ts'
import { versions } from '../servers/versions.ts'
import { follow, recordsOnDisk } from './follow.ts'

/*
 * The oldest Kafka that koff reads; `npm run kafka-versions` runs these tests with one of each line of versions. The
 * newest is what all other tests run on.
 */
const [oldest] = versions.olderKafka
const tested = process.env['KOFF_TEST_KAFKA_VERSIONS'] === 'all' ? [...versions.olderKafka, versions.kafka] : [oldest]

const offsets = '__consumer_offsets'

describe.each(tested)('Kafka %s', version => {
  test('gives koff every record of its log, and the events that follow', async () => {
    await using kafka = await startKafka({ version, offsetsPartitions: 2 })
    await using java = await startJava()
    const { bootstrap } = kafka
    const admin = await java.admin(bootstrap)
    await admin.createTopics({ orders: 3 })
    const patience = { sessionTimeoutMs: 60_000 }
    const member = await startKafkajsConsumer({ bootstrap, group: 'members', topics: ['orders'], ...patience })
    await member.assigned({ orders: [0, 1, 2] })
    await member.commit({ orders: { 1: 7 } })
    const producer = await java.producer({ bootstrap, transactionalId: 'versions-test' })
    for (const outcome of ['abort', 'commit'] as const) {
      await producer.begin()
      await producer.sendOffsets({ orders: { 2: outcome === 'abort' ? 1 : 2 } }, { group: 'transactional' })
      await producer[outcome]()
    }
    await producer.close()
    // The broker says that a transaction is committed before it has written the markers.
    await until({
      what: 'the marker of the last transaction',
      ask: () => committedIn(kafka.brokers, 'transactional'),
      good: offset => offset === '2',
    })
    await member.close()
    await admin.alterOffsets('members', { orders: { 1: 5 } })

    const ends = { ...(await admin.endOffsets(offsets))[offsets] }
    await using live = await follow({ brokers: kafka.brokers })
    expect(live.source.cluster).toBe(kafka.clusterId)
    await live.reached(ends)
    for (const partition of [0, 1]) {
      const { records, faults } = live.of(partition)
      expect(records).toEqual(await recordsOnDisk(kafka.dataFolder, offsets, partition))
      expect(faults).toEqual([])
    }

    const file = `${kafka.dataFolder}/versions.ndjson`
    const recorded = await runKoff(['record', '--brokers', bootstrap, '--until-end', '-o', file])
    expect(recorded).toMatchObject({ code: 0, stdout: '' })
    const decoded = await runKoff(['decode', '--strict', file])
    expect(decoded).toMatchObject({ code: 0, stderr: '' })
    const replayed = await runKoff(['replay', file, '--event', 'default', '--event', 'offset-committed'])
    const events = replayed.stdout.split('\n').filter(line => line !== '')
    expect(tale(events, 'members')).toEqual([
      'group-created',
      'member-joined',
      'rebalance',
      'offset-committed 1 7',
      'member-left',
      'group-emptied',
      'offset-committed 1 5',
      'offset-reset 1',
    ])
    expect(tale(events, 'transactional')).toEqual(['group-created', 'offset-committed 2 2'])

    await using questions = await openKafkaAdmin({ brokers: kafka.brokers })
    const asked = [
      { topic: 'orders', partition: 1 },
      { topic: 'orders', partition: 99 },
      { topic: 'nowhere', partition: 0 },
    ]
    expect(await questions.sampleLogEnds(asked)).toMatchObject([{ topic: 'orders', partition: 1, logEnd: 0 }])
    expect(await questions.describeTopics(['orders', 'nowhere'])).toMatchObject([
      { name: 'orders', partitions: 3 },
      { name: 'nowhere', partitions: 0 },
    ])
  })
})

/** Of partition 2 of `orders`. */
async function committedIn(brokers: readonly string[], groupId: string): Promise<string | undefined> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const [orders] = await admin.fetchOffsets({ groupId, topics: ['orders'] })
    return orders?.partitions.find(({ partition }) => partition === 2)?.offset
  } finally {
    await admin.disconnect()
  }
}

interface Line {
  readonly type: string
  readonly group: string
  readonly data: { readonly partition?: number; readonly offset?: number }
}

/** The types of a group's events, in order; of those about a partition which one, and the offset. */
function tale(events: readonly string[], group: string): string[] {
  const all = events.map(line => JSON.parse(line) as Line).filter(event => event.group === group)
  return all.map(({ type, data: { partition, offset } }) =>
    [type, partition, offset].filter(it => it !== undefined).join(' '),
  )
}
