import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { GroupType, Int64, KoffEvent } from '../../src/events/envelope.ts'
import type { GroupView } from '../../src/state/group/view.ts'
import { classicOf, commitOf, type TestRecord } from './batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from './modernRecords.ts'
import { classicMember as m, toldPartition as partition } from './toldPartition.ts'

/** What a reader knows of a group who folds its events one by one and sees nothing else. */
interface Known {
  kind: GroupType
  readonly members: Set<string>
  /** By topic and partition. */
  readonly offsets: Map<string, Int64>
}

const groups = ['g', 'h']
/** By what they say, so that a counterexample can be read. */
const commits = new Map<string, TestRecord>()
const records = new Map<string, TestRecord>()

for (const group of groups) {
  for (const at of [0, 1]) {
    for (const offset of [1, 5, 9]) commits.set(`${group} commits t/${at} ${offset}`, commitOf(group, 't', at, offset))
    records.set(`${group} deletes t/${at}`, commitOf(group, 't', at, null))
  }
  records.set(`${group} classic gone`, classicOf(group, null))
  records.set(`${group} classic 0`, classicOf(group, 0))
  records.set(`${group} classic 1 of a, c`, classicOf(group, 1, [m('a', [0]), m('c', [1], 'i')]))
  records.set(`${group} classic 2 of b, c2`, classicOf(group, 2, [m('b', [0]), m('c2', [1], 'i')]))
  const modern = { consumer: consumerRecords(group), share: shareRecords(group), streams: streamsRecords(group) }
  for (const [kind, of] of Object.entries(modern)) {
    for (const epoch of [1, 2, null]) records.set(`${group} ${kind} epoch ${epoch}`, of.epoch(epoch))
    for (const [id, instanceId] of Object.entries({ a: undefined, c: 'i', c2: 'i' })) {
      const member = instanceId === undefined || kind === 'share' ? {} : { instanceId }
      records.set(`${group} ${kind} has ${id}`, of.member(id, member))
      records.set(`${group} ${kind} lost ${id}`, of.member(id, null))
    }
    for (const epoch of [1, 2, -2]) records.set(`${group} ${kind} c at ${epoch}`, of.current('c', { epoch }))
    records.set(`${group} ${kind} c nowhere`, of.current('c', null))
  }
}
for (const [label, commit] of commits) records.set(label, commit)

interface Step {
  readonly kind: 'plain' | 'pending' | 'COMMIT' | 'ABORT'
  readonly producer: bigint
  readonly batch: readonly string[]
}

function batchOfKind(kind: Step['kind'], of: ReadonlyMap<string, TestRecord>): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant(kind),
    producer: fc.constantFrom(1n, 2n),
    batch: fc.array(fc.constantFrom(...of.keys()), { minLength: 1, maxLength: 6 }),
  })
}

const step = fc.oneof(
  { weight: 8, arbitrary: batchOfKind('plain', records) },
  { weight: 2, arbitrary: batchOfKind('pending', commits) },
  { weight: 1, arbitrary: batchOfKind('COMMIT', commits) },
  { weight: 1, arbitrary: batchOfKind('ABORT', commits) },
)

function take(p: ReturnType<typeof partition>, { kind, producer, batch }: Step): readonly KoffEvent[] {
  if (kind === 'COMMIT' || kind === 'ABORT') return p.marker(kind, producer)
  const found = batch.flatMap(label => records.get(label) ?? [])
  return kind === 'plain' ? p.plain(...found) : p.pending(producer, ...found)
}

it('a reader who folds the events knows every group, its members and its offsets, whatever the records are', () => {
  const run = (steps: readonly Step[]) => {
    const p = partition({ everyCommit: true })
    const known = new Map<string, Known>()
    for (const step of steps) {
      for (const event of take(p, step)) fold(known, event)
      for (const group of groups) expect(shown(known.get(group), p.view(group))).toEqual(seen(p.view(group)))
    }
  }
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), run), { numRuns: 500 })
})

function fold(known: Map<string, Known>, event: KoffEvent): void {
  const { group, groupType, type } = event
  if (groupType === 'unknown') return
  if (type === 'group-created') {
    must(!known.has(group), 'a group known was created')
    known.set(group, { kind: groupType, members: new Set(), offsets: new Map() })
    return
  }
  const now = known.get(group)
  if (now === undefined) throw new Error(`${type} of a group not known`)
  now.kind = groupType
  if (type === 'group-deleted') {
    must(now.members.size === 0, 'a group with members was deleted')
    known.delete(group)
  } else learn(now, event)
}

function learn({ members, offsets }: Known, event: KoffEvent): void {
  if (event.type === 'member-joined') {
    must(!members.has(event.data.member.id), 'a member there joined')
    members.add(event.data.member.id)
  } else if (event.type === 'member-left') {
    must(members.delete(event.data.member.id), 'a member not there left')
  } else if (event.type === 'member-replaced') {
    must(members.delete(event.data.from), 'a member not there was replaced')
    members.add(event.data.to)
  } else if (event.type === 'group-emptied') {
    must(members.size === 0, 'a group with members was emptied')
  } else if (event.type === 'offset-committed') {
    const { topic, partition: at, offset, previous } = event.data
    must((offsets.get(`${topic} ${at}`) ?? null) === previous, 'another offset was committed before')
    offsets.set(`${topic} ${at}`, offset)
  } else if (event.type === 'offset-deleted') {
    must(offsets.delete(`${event.data.topic} ${event.data.partition}`), 'an offset not known was deleted')
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

function shown(known: Known | undefined, view: GroupView | undefined) {
  // A simple group without any offset is not listed. No event says that a simple group became one of another kind.
  if (view === undefined && known?.kind === 'simple' && known.offsets.size === 0) return undefined
  return known && { members: [...known.members].sort(), offsets: Object.fromEntries(known.offsets) }
}

function seen(view: GroupView | undefined): ReturnType<typeof shown> {
  if (view === undefined) return undefined
  const offsets = Object.entries(view.offsets).flatMap(([topic, partitions]) =>
    Object.entries(partitions).map(([at, offset]) => [`${topic} ${at}`, offset]),
  )
  return { members: view.members.map(({ id }) => id), offsets: Object.fromEntries(offsets) }
}
