import { setTimeout as sleep } from 'node:timers/promises'
import type { JavaAdmin } from '../clients/admin.ts'
import type { ConsumerOptions, JavaConsumer } from '../clients/consumer.ts'
import type { JavaClients } from '../clients/java.ts'
import type { JavaProducer } from '../clients/producer.ts'

/** What can be wrong with a group: each story has a topic and a group of its name, and is over when its group is well again. */

export interface Stage {
  readonly bootstrap: string
  readonly java: JavaClients
  /** To be killed. */
  readonly doomed: JavaClients
  readonly admin: JavaAdmin
  readonly producer: JavaProducer
  /** Waits until koff has told this of the group. */
  readonly told: (group: string, type: string) => Promise<void>
}

export const stories: Readonly<Record<string, { readonly partitions: number; readonly play: Story }>> = {
  /** Its consumer is paused; the producer goes on. */
  paused: { partitions: 1, play: paused },
  /** Its handler fails at the first record; it reads it again and commits the same offset. */
  crashing: { partitions: 1, play: crashing },
  /** One partition of six does not get on. */
  six: { partitions: 6, play: six },
  /** Nothing is produced, everything is read, and committed again and again. */
  idle: { partitions: 1, play: idle },
  /** Its topic is deleted while a partition is stalled. */
  doomed: { partitions: 1, play: doomed },
  /** Retention passes what it has committed. */
  kept: { partitions: 1, play: kept },
  /** A KIP-848 group with a member that never gives up what another one should get. */
  stuck: { partitions: 2, play: stuck },
  /** A member that comes and goes. */
  flapping: { partitions: 2, play: flapping },
}

type Story = (stage: Stage) => Promise<void>

/** A member of the group that reads nothing, and so commits what it is told. */
async function member(stage: Stage, name: string, more: Partial<ConsumerOptions> = {}): Promise<JavaConsumer> {
  const { java, bootstrap } = stage
  const options = { bootstrap, group: name, topics: [name], clientId: `${name}-client`, paused: true as const, ...more }
  const consumer = await java.consumer(options)
  await consumer.assigned()
  return consumer
}

async function produce({ producer }: Stage, topic: string, count: number, partition = 0): Promise<void> {
  await producer.send({ topic, partition, count, value: 'v' })
}

async function paused(stage: Stage): Promise<void> {
  const group = 'paused'
  await produce(stage, group, 10)
  const consumer = await member(stage, group)
  await consumer.commit({ [group]: { 0: 5 } })
  const producing = new AbortController()
  const goingOn = (async () => {
    while (!producing.signal.aborted) {
      await produce(stage, group, 1)
      await sleep(200)
    }
  })()
  await stage.told(group, 'offset-stalled')
  producing.abort()
  await goingOn
  await consumer.commit(await stage.admin.endOffsets(group))
  await stage.told(group, 'offset-resumed')
}

async function crashing(stage: Stage): Promise<void> {
  const group = 'crashing'
  await produce(stage, group, 5)
  const { java, bootstrap, admin } = stage
  const consumer = await java.consumer({
    bootstrap,
    group,
    topics: [group],
    clientId: 'crashing-client',
    crashing: true,
  })
  await stage.told(group, 'offset-stalled')
  await consumer.close()
  await admin.alterOffsets(group, { [group]: { 0: 5 } })
  await stage.told(group, 'offset-resumed')
}

async function six(stage: Stage): Promise<void> {
  const group = 'six'
  for (let partition = 0; partition < 6; partition += 1) await produce(stage, group, 1_000, partition)
  const consumer = await member(stage, group)
  await consumer.commit({ [group]: { 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1 } })
  const stalled = stage.told(group, 'offset-stalled')
  for (let offset = 2; ; offset += 1) {
    const news = await Promise.race([stalled.then(() => 'stalled'), sleep(300)])
    if (news === 'stalled') break
    await consumer.commit({ [group]: { 0: offset, 1: offset, 2: offset, 3: offset, 4: offset } })
  }
  await consumer.commit(await stage.admin.endOffsets(group))
  await stage.told(group, 'offset-resumed')
}

async function idle(stage: Stage): Promise<void> {
  const { java, bootstrap } = stage
  await produce(stage, 'idle', 5)
  const config = { 'enable.auto.commit': 'true', 'auto.commit.interval.ms': '200' }
  const consumer = await java.consumer({ bootstrap, group: 'idle', topics: ['idle'], config })
  await consumer.assigned()
}

async function doomed(stage: Stage): Promise<void> {
  const group = 'doomed'
  await produce(stage, group, 5)
  const consumer = await member(stage, group)
  await consumer.commit({ [group]: { 0: 1 } })
  await stage.told(group, 'offset-stalled')
  await consumer.close()
  await stage.admin.deleteTopics(group)
  await stage.told(group, 'offset-resumed')
}

async function kept(stage: Stage): Promise<void> {
  const group = 'kept'
  await produce(stage, group, 10)
  const consumer = await member(stage, group)
  await consumer.commit({ [group]: { 0: 2 } })
  await stage.admin.deleteRecords({ [group]: { 0: 6 } })
  await stage.told(group, 'offset-out-of-range')
  await consumer.commit({ [group]: { 0: 10 } })
  await stage.told(group, 'offset-range-recovered')
}

async function stuck(stage: Stage): Promise<void> {
  const protocol = 'consumer'
  const { java, doomed: other, bootstrap } = stage
  await member({ ...stage, java: other }, 'stuck', { protocol, stubborn: true, clientId: 'stubborn' })
  await java.consumer({ bootstrap, group: 'stuck', topics: ['stuck'], protocol, clientId: 'waiting' })
  await stage.told('stuck', 'rebalance-stuck')
  await other.kill()
  await stage.told('stuck', 'rebalance-resumed')
}

async function flapping(stage: Stage): Promise<void> {
  await member(stage, 'flapping', { clientId: 'steady' })
  for (let times = 0; times < 2; times += 1) {
    const flighty = await member(stage, 'flapping', { clientId: 'flighty' })
    await flighty.close()
    await stage.admin.settled('flapping', 'Stable', 1)
  }
  await stage.told('flapping', 'rebalance-storm')
  await stage.told('flapping', 'rebalance-settled')
}
