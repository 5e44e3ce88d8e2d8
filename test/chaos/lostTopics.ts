import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { until } from '../clients/until.ts'
import type { KoffProcess } from '../e2e/koff.ts'
import type { EventLine } from '../e2e/watch.ts'
import { loadTopic } from './load.ts'
import { eventsTopic, type InstanceOptions, offsetsPartitions, type Stage, stateTopic } from './stage.ts'

/** How an instance ended that could not go on. */
export interface Ended {
  readonly code: number | null
  /** The last line of its log. */
  readonly reason: string
}

export interface LostOutcome {
  readonly ended: readonly Ended[]
  /** Groups that came after the loss, of which nothing was told. */
  readonly untold: readonly string[]
}

/** New groups, one commit each. */
async function commitGroups({ admin }: Stage, prefix: string, count: number): Promise<readonly string[]> {
  const groups = Array.from({ length: count }, (_, at) => `${prefix}-${at}`)
  for (let at = 0; at < count; at += 50) {
    await Promise.all(groups.slice(at, at + 50).map(group => admin.alterOffsets(group, { [loadTopic]: { 0: 1 } })))
  }
  return groups
}

/** The topic of the state is deleted and created again while koff runs; then koff is started again. */
export async function stateTopicLost(stage: Stage, { groups }: { readonly groups: number }): Promise<LostOutcome> {
  const { admin } = stage
  const first = stage.startInstance()
  await stage.caughtUp()
  await commitGroups(stage, 'state-before', 20)
  await stage.settled()
  await admin.deleteTopics(stateTopic)
  await recreated(stage, stateTopic, offsetsPartitions, { 'cleanup.policy': 'compact' })
  const news = await commitGroups(stage, 'state-after', groups)
  const ended = [await endOf(first)]
  return { ended, untold: await untold(stage, news, {}) }
}

/** `__consumer_offsets` is deleted and made again by the broker, while koff runs. */
export async function offsetsTopicLost(stage: Stage, { groups }: { readonly groups: number }): Promise<LostOutcome> {
  const { admin } = stage
  const first = stage.startInstance()
  await stage.caughtUp()
  await commitGroups(stage, 'offsets-before', 20)
  await stage.settled()
  await admin.deleteTopics('__consumer_offsets')
  // Whoever asks for a group makes the topic of the groups.
  await until({
    what: '__consumer_offsets made again',
    ask: () => admin.deleteGroups('nobody').catch(String),
    good: answer => String(answer).includes('GroupIdNotFound'),
  })
  const news = await commitGroups(stage, 'offsets-after', groups)
  const ended = [await endOf(first), await endOf(stage.startInstance())]
  return { ended, untold: await untold(stage, news, { args: ['--reset-unusable-state'] }) }
}

export interface EventsTopicOutcome {
  /** Lines of the log about the topic. */
  readonly lines: readonly string[]
  /** Groups that came after the topic was created again, with not exactly one `group-created`. */
  readonly unlike: readonly string[]
  /** In which partitions of how many the events are, and what Java's producer would choose. */
  readonly misplaced: readonly string[]
  readonly exitCode: number | null
}

/** The topic of the events is deleted, reported, and created again with another number of partitions, while koff runs. */
export async function eventsTopicLost(
  stage: Stage,
  { groups, partitions }: { readonly groups: number; readonly partitions: number },
): Promise<EventsTopicOutcome> {
  const { admin } = stage
  const instance = stage.startInstance()
  await stage.settled()
  await admin.deleteTopics(eventsTopic)
  await commitGroups(stage, `events-${partitions}-lost`, 4)
  await until({
    what: 'a line about the deleted topic',
    ask: async () => linesOf(instance),
    good: lines => lines.some(line => line.includes('was deleted')),
  })
  await recreated(stage, eventsTopic, partitions, {})
  const news = await commitGroups(stage, `events-${partitions}-after`, groups)
  await stage.reopen()
  await stage.settled()
  const messages = await stage.read()
  instance.kill('SIGTERM')
  const [exitCode] = await instance.ended
  const created = messages.filter(({ value }) => (value as EventLine).type === 'group-created')
  const byGroup = Map.groupBy(created, ({ key }) => key)
  const placeOf = javaPlaces(partitions)
  return {
    lines: linesOf(instance).filter(line => line.includes(`topic ${eventsTopic}`)),
    unlike: news.filter(group => byGroup.get(group)?.length !== 1),
    misplaced: messages.flatMap(({ key, partition }) => (key !== null && placeOf(key) !== partition ? [key] : [])),
    exitCode,
  }
}

/** Which of so many partitions Java's producer would choose. */
function javaPlaces(count: number): (key: string) => number {
  const choose = kafkajs.Partitioners.DefaultPartitioner()
  const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }))
  return key => choose({ topic: eventsTopic, partitionMetadata, message: { key, value: null } })
}

/** A broker is done with the deletion some time after it has said so. */
async function recreated(
  { admin }: Stage,
  topic: string,
  partitions: number,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await until({
    what: `${topic} created again`,
    ask: () => admin.createTopics({ [topic]: partitions }, settings).then(() => '', String),
    good: fault => fault === '',
  })
}

/** Of an instance that ends by itself. */
export async function endOf(instance: KoffProcess): Promise<Ended> {
  const ended = await Promise.race([instance.ended, sleep(60_000, null, { ref: false })])
  if (ended === null) throw new Error(`koff did not end: ${instance.stderr()}`)
  return { code: ended[0], reason: linesOf(instance).at(-1) ?? '' }
}

/** The messages of its log. */
export function linesOf(instance: KoffProcess): readonly string[] {
  const lines = instance.stderr().split('\n')
  return lines.flatMap(line => (line.startsWith('{') ? [(JSON.parse(line) as { readonly msg: string }).msg] : []))
}

/** Groups of which an instance that is started now tells neither their creation nor a snapshot. */
async function untold(stage: Stage, groups: readonly string[], how: InstanceOptions): Promise<readonly string[]> {
  await using instance = stage.startInstance(how)
  const missing = async () => {
    const events = (await stage.read()).map(({ value }) => value as EventLine)
    const told = events.filter(({ type }) => type === 'group-created' || type === 'group-snapshot')
    const names = new Set(told.map(({ group }) => group))
    return groups.filter(group => !names.has(group))
  }
  const left = await until({ what: 'all groups', ask: missing, good: some => some.length === 0 }).catch(missing)
  instance.kill('SIGTERM')
  await instance.ended
  return left
}
