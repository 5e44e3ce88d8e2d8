import type { Input } from '../../../src/state/input.ts'
import { batchOf, classicOf, commitOf, commitWithId, markerOf, type TestRecord } from '../../state/batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from '../../state/modernRecords.ts'

/** What one step of a life writes or samples. */
type Step = readonly Input[]

/** Writes to partition 0 of a log whose time is moved by hand. */
export class ChurnLog {
  now = 1_700_000_000_000
  #offset = 0

  batch(...records: readonly TestRecord[]): Input {
    return this.#take(batchOf(records, { baseOffset: this.#offset, timestamp: this.now }))
  }

  pending(producerId: bigint, ...records: readonly TestRecord[]): Input {
    const options = { baseOffset: this.#offset, timestamp: this.now, isTransactional: true, producerId }
    return this.#take(batchOf(records, options))
  }

  marker(type: 'COMMIT' | 'ABORT', producerId: bigint): Input {
    return this.#take(markerOf(type, { baseOffset: this.#offset, timestamp: this.now, producerId }))
  }

  #take(batch: ReturnType<typeof batchOf>): Input {
    this.#offset = batch.lastOffset + 1
    return { kind: 'batch', batch }
  }
}

/** What is there for one life only, by its number. */
function namesOf(life: number) {
  const bytes = Buffer.alloc(16)
  bytes.writeInt32BE(life, 12)
  bytes[0] = 0x40
  return {
    group: `group-${life}`,
    topic: `topic-${life}`,
    id: bytes.toString('base64url'),
    members: [`member-${life}-a`, `member-${life}-b`] as const,
    producerId: BigInt(life + 1),
  }
}

type Names = ReturnType<typeof namesOf>

/** How many of each came and went. */
export interface Born {
  groups: number
  topics: number
  members: number
  producers: number
}

/** A group and a topic, with members and a producer, from their creation until nothing of them is left. */
export function* life(log: ChurnLog, number: number, born: Born): Generator<Step, void, void> {
  const names = namesOf(number)
  const { topic, id } = names
  const kind = kinds[number % kinds.length] as Kind
  born.groups += kind.groups ?? 1
  born.members += kind.members ?? 0
  born.producers += kind.producers ?? 0
  born.topics++
  yield [{ kind: 'topic', id, name: topic, partitions: 2 }]
  yield* kind.run(log, names)
  yield [{ kind: 'topic', id, name: topic, partitions: 0 }]
}

interface Kind extends Partial<Omit<Born, 'topics'>> {
  readonly run: (log: ChurnLog, names: Names) => Generator<Step>
}

const kinds: readonly Kind[] = [
  { run: simple },
  { run: classic, members: 2 },
  { run: consumer, members: 2 },
  { run: share, members: 1 },
  { run: streams, members: 1 },
  { run: transactional, groups: 2, producers: 1 },
  { run: migrated, members: 1 },
  { run: regular, members: 1 },
  { run: unreadable, members: 1 },
]

/** Committed with a topic id; the log goes on without it, so that it stalls. */
function* simple(log: ChurnLog, { group, topic, id }: Names): Generator<Step> {
  yield [log.batch(commitWithId(group, topic, 0, 5, id), commitWithId(group, topic, 1, 9, id))]
  yield [log.batch(commitWithId(group, topic, 0, 6, id))]
  yield []
  yield [log.batch(commitOf(group, topic, 0, null), commitOf(group, topic, 1, null))]
  // Of keys and groups that nobody knows.
  yield [log.batch(commitOf(group, topic, 7, null), classicOf(group, null))]
}

/** One of its members holds everything, which is skewed. */
function* classic(log: ChurnLog, { group, topic, id, members: [a, b] }: Names): Generator<Step> {
  const both = [
    { id: a, topics: [topic], assigned: { [topic]: [0, 1] } },
    { id: b, topics: [topic] },
  ]
  yield [log.batch(classicOf(group, 0, []))]
  for (let generation = 1; generation <= 6; generation++) yield [log.batch(classicOf(group, generation, both))]
  yield [log.batch(commitWithId(group, topic, 0, 5, id), commitWithId(group, topic, 1, 50, id))]
  yield [log.batch(classicOf(group, 7, []))]
  yield [log.batch(commitOf(group, topic, 0, null), commitOf(group, topic, 1, null), classicOf(group, null))]
}

/** Gets stuck in a rebalance; partition 1 has no owner. */
function* consumer(log: ChurnLog, { group, topic, id, members: [a, b] }: Names): Generator<Step> {
  const g = consumerRecords(group)
  const member = { topics: [topic], rebalanceTimeoutMs: 10_000 }
  yield [log.batch(g.partitionMetadata({ [id]: topic }), g.member(a, member), g.epoch(2), g.target(a, { [id]: [0] }))]
  yield [log.batch(g.targetEpoch(2), g.current(a, { epoch: 2, assigned: { [id]: [0] } }))]
  yield [log.batch(commitWithId(group, topic, 0, 1, id))]
  yield [log.batch(g.member(b, member), g.epoch(3), g.current(b, { epoch: 3, state: 2 }))]
  for (let wait = 0; wait < 4; wait++) yield []
  yield [
    log.batch(
      commitOf(group, topic, 0, null),
      ...[a, b].flatMap(each => [g.current(each, null), g.target(each, null), g.member(each, null)]),
      g.partitionMetadata(null),
      g.targetEpoch(null),
      g.epoch(null),
    ),
  ]
}

function* share(log: ChurnLog, { group, topic, id, members: [a] }: Names): Generator<Step> {
  const g = shareRecords(group)
  yield [log.batch(g.member(a, { topics: [topic] }), g.epoch(2), g.targetEpoch(2), g.current(a, { epoch: 2 }))]
  yield [log.batch(g.statePartitions({ [id]: topic }), g.current(a, { epoch: 2, assigned: { [id]: [0, 1] } }))]
  yield [log.batch(g.current(a, null), g.member(a, null), g.epoch(3))]
  yield [log.batch(g.statePartitions(null), g.targetEpoch(null), g.epoch(null))]
}

function* streams(log: ChurnLog, { group, members: [a] }: Names): Generator<Step> {
  const g = streamsRecords(group)
  yield [log.batch(g.member(a), g.topology(0), g.epoch(2), g.targetEpoch(2), g.current(a, { epoch: 2, state: 1 }))]
  yield [log.batch(g.epoch(3), g.targetEpoch(3), g.current(a, { epoch: 3, assigned: { '0': [0] } }))]
  yield [log.batch(g.current(a, null), g.member(a, null), g.epoch(4))]
  yield [log.batch(g.topology(null), g.targetEpoch(null), g.epoch(null))]
}

/** One transaction commits, one aborts, and one ends when its group is gone. */
function* transactional(log: ChurnLog, { group, topic, id, producerId }: Names): Generator<Step> {
  const commit = (offset: number) => commitWithId(group, topic, 0, offset, id)
  yield [log.pending(producerId, commit(3))]
  yield [log.marker('COMMIT', producerId)]
  yield [log.pending(producerId, commit(4), commitWithId(group, topic, 1, 4, id))]
  yield [log.marker('ABORT', producerId)]
  yield [log.pending(producerId, commit(5), commitWithId(`${group}-other`, topic, 0, 5, id))]
  yield [log.batch(commitOf(group, topic, 0, null), classicOf(group, null))]
  yield [log.marker(producerId % 2n === 0n ? 'ABORT' : 'COMMIT', producerId)]
  const gone = [group, `${group}-other`].flatMap(each => [commitOf(each, topic, 0, null), classicOf(each, null)])
  yield [log.batch(...gone)]
}

/** From classic to KIP-848 and back, with its offset. */
function* migrated(log: ChurnLog, { group, topic, id, members: [a] }: Names): Generator<Step> {
  const g = consumerRecords(group)
  const classicMember = [{ id: a, topics: [topic], assigned: { [topic]: [0, 1] } }]
  yield [log.batch(classicOf(group, 1, classicMember))]
  yield [log.batch(commitWithId(group, topic, 0, 5, id))]
  yield [
    log.batch(
      classicOf(group, null),
      g.member(a, { topics: [topic] }),
      g.epoch(2),
      g.targetEpoch(2),
      g.current(a, { epoch: 2, assigned: { [id]: [0, 1] } }),
    ),
  ]
  const tombstones = [g.current(a, null), g.member(a, null), g.targetEpoch(null), g.epoch(null)]
  yield [log.batch(...tombstones, classicOf(group, 3, classicMember))]
  yield [log.batch(commitOf(group, topic, 0, null), classicOf(group, null))]
}

function* regular(log: ChurnLog, { group, topic, members: [a] }: Names): Generator<Step> {
  const g = consumerRecords(group)
  yield [log.batch(g.member(a, { regex: `${topic}.*` }), g.regex(`${topic}.*`, [topic]), g.epoch(2))]
  yield [log.batch(g.targetEpoch(2), g.current(a, { epoch: 2 }))]
  yield [
    log.batch(g.current(a, null), g.member(a, null), g.regex(`${topic}.*`, null), g.targetEpoch(null), g.epoch(null)),
  ]
}

function* unreadable(log: ChurnLog, { group, topic, members: [a] }: Names): Generator<Step> {
  yield [log.batch({ key: Buffer.from([0, 99]), value: Buffer.from(group) })]
  const broken = { id: a, subscription: Buffer.from(topic), assignment: Buffer.from(group) }
  yield [log.batch(classicOf(group, 1, [broken]))]
  yield [log.batch(classicOf(group, null))]
}

/** Groups that stay, while their members, topics and producers come and go. */
export function stay(log: ChurnLog, number: number, born: Born): Step {
  born.members += 3
  born.producers++
  const { topic, id, members, producerId } = namesOf(number)
  const before = namesOf(number - 20)
  const generation = classicOf('stays-classic', number + 1, [
    { id: members[0], clientId: members[1], topics: [topic], assigned: { [topic]: [0, 1] } },
  ])
  const g = consumerRecords('stays-consumer')
  const old = namesOf(number - 1).members[0]
  const replaced = [
    ...(number === 0 ? [] : [g.current(old, null), g.target(old, null), g.member(old, null)]),
    g.member(members[0], { topics: [topic], clientId: members[1] }),
    g.epoch(number + 2),
    g.targetEpoch(number + 2),
    g.current(members[0], { epoch: number + 2, assigned: { [id]: [0, 1] } }),
  ]
  const static_ = consumerRecords('stays-static')
  return [
    log.batch(generation, commitWithId('stays-classic', topic, 0, 5, id)),
    log.batch(commitOf('stays-classic', before.topic, 0, null)),
    log.batch(...replaced, static_.epoch(number + 2), static_.member(members[0], { instanceId: 'i', topics: [topic] })),
    log.batch(static_.current(members[0], { epoch: number + 2 }), ...(number === 0 ? [] : [static_.member(old, null)])),
    log.batch(...(number === 0 ? [] : [static_.current(old, null)])),
    log.pending(producerId + 1_000_000_000n, commitWithId('stays-simple', topic, 0, number, id)),
    log.marker(number % 3 === 0 ? 'ABORT' : 'COMMIT', producerId + 1_000_000_000n),
    log.batch(commitOf('stays-simple', before.topic, 0, null), commitWithId('stays-simple', 'created-again', 0, 1, id)),
  ]
}
