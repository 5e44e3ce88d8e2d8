import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GroupTable, type StoredTable, shownGroups } from '../../src/delivery/groupTable.ts'
import type { PartitionOutput } from '../../src/delivery/output.ts'
import { Fold } from '../../src/engine/fold.ts'
import { fittedGroupState, type GroupState } from '../../src/events/groupState.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { groupViews } from '../../src/state/group/view.ts'
import type { PartitionState } from '../../src/state/partition.ts'
import { encodeState, takeChanges } from '../../src/state/stored/encode.ts'
import { batchOf, classicOf, commitOf, type TestRecord } from '../state/batchOf.ts'
import { type LogShape, simulatedLog } from '../state/simulatedCluster.ts'
import { restoreInto } from '../state/stored/restoreInto.ts'

const shape: fc.Arbitrary<LogShape> = fc.record({
  choices: fc.noBias(fc.array(fc.nat({ max: 3 * 16 * 1_000 }), { minLength: 20, maxLength: 120, size: 'max' })),
  magic: fc.constant(2 as const),
})
const everyMs = 1_000

/** A compacted topic, and when each of its keys was written. */
class Topic {
  readonly values = new Map<string, GroupState>()
  readonly writtenAt = new Map<string, number[]>()
  stored: StoredTable | null = null

  /** A commit of what a table has at that time. Gives when to come again. */
  commit(table: GroupTable, now: number): number | null {
    const { groups, stored, nextMs } = table.take(now)
    for (const { group, value } of groups) {
      if (value === null) this.values.delete(group)
      else this.values.set(group, value)
      this.writtenAt.set(group, [...(this.writtenAt.get(group) ?? []), now])
    }
    this.stored = stored
    table.committed(now)
    return nextMs
  }

  /** What `koff groups` would print, as far as it is there. */
  get shown() {
    const values = [...this.values].map(([name, value]) => {
      const { group, groupType, epoch, state, protocolType, protocol, leader, members, offsetCount } = value
      return [
        name,
        {
          ...(group === name ? {} : { group }),
          groupType,
          epoch,
          state,
          protocolType,
          protocol,
          leader,
          offsetCount,
          members: members?.map(({ assignment, ...member }) => ({ ...member, assignment: byTopic(assignment) })),
        },
      ] as const
    })
    return Object.fromEntries(values)
  }
}

function byTopic(assignment: NonNullable<GroupState['members']>[number]['assignment']) {
  if (assignment === null) return null
  return Object.fromEntries(
    assignment.map(({ topic, topicId, subtopology, partitions }) => [topic ?? topicId ?? subtopology, partitions]),
  )
}

function listed(state: PartitionState) {
  const views = groupViews(state, { names: state.names }).map(
    ({ group, offsets, lag: _lag, logEnd: _logEnd, lastRebalanceAt: _lastRebalanceAt, ...view }) => {
      const offsetCount = Object.values(offsets).reduce((sum, partitions) => sum + Object.keys(partitions).length, 0)
      const members = view.members.map(({ targetAssignment: _target, ...member }) => member)
      return [group, { ...view, members, offsetCount }] as const
    },
  )
  return Object.fromEntries(views)
}

const open = (
  state: PartitionState,
  stored: StoredTable | null,
  { of = 'groups', shown = [] }: { readonly of?: string; readonly shown?: readonly string[] } = {},
) => new GroupTable({ state, partition: 0, of, wants: () => true, everyMs, stored, shown })

test('at every quiet moment the topic is what koff groups prints, also after kill -9 and after a loss of the state', () => {
  fc.assert(
    fc.property(shape, fc.array(fc.nat(1_500), { minLength: 1, maxLength: 40 }), (given, pauses) => {
      const { batches } = simulatedLog(given)
      const topic = new Topic()
      let fold = newFold()
      let table: GroupTable | null = null
      let now = 0
      batches.forEach((batch, at) => {
        apply(fold, { kind: 'batch', batch })
        const pause = pauses[at % pauses.length] ?? 0
        now += pause
        if (pause % 7 === 0) {
          // The state was deleted since the last commit: the log is read from its start, and the topic is as it was.
          fold = newFold()
          for (const earlier of batches.slice(0, at + 1)) apply(fold, { kind: 'batch', batch: earlier })
          table = open(fold.stateOf(0), null, { shown: [...topic.values.keys()] })
          now += everyMs
        }
        table ??= open(fold.stateOf(0), topic.stored)
        const nextMs = topic.commit(table, now)
        takeChanges(fold.stateOf(0))
        if (pause % 5 === 0) {
          // kill -9 after the commit: another instance goes on with what is stored.
          fold = restored(fold)
          table = open(fold.stateOf(0), topic.stored)
          now += everyMs
        }
        if (pause % 3 !== 0) return
        for (let wait = nextMs; wait !== null; ) {
          now += wait
          wait = topic.commit(table, now)
        }
        topic.commit(table, (now += everyMs))
        expect(topic.shown).toEqual(listed(fold.stateOf(0)))
      })
      for (const times of topic.writtenAt.values()) {
        times.forEach((time, at) => expect(time - (times[at - 1] ?? -everyMs)).toBeGreaterThanOrEqual(everyMs))
      }
    }),
    { numRuns: 200 },
  )
})

test('a table that is new, or of another filter, is written whole, in commits of bounded size', () => {
  const { batches } = simulatedLog({ choices: fc.sample(shape, { numRuns: 1, seed: 7 })[0]?.choices ?? [], magic: 2 })
  const fold = newFold()
  for (const batch of batches) apply(fold, { kind: 'batch', batch })
  const state = fold.stateOf(0)
  const first = new Topic()
  expect(first.commit(open(state, null), 0)).toBeNull()
  expect(Object.keys(first.shown).length).toBeGreaterThan(0)
  expect(open(state, first.stored).take(0).groups).toEqual([])
  expect(open(state, first.stored, { of: 'others' }).take(0).groups.length).toBe(first.values.size)
  const none = new GroupTable({ state, partition: 0, of: 'none', wants: () => false, everyMs, stored: first.stored })
  first.commit(none, 0)
  expect(first.values.size).toBe(0)
})

test('a commit looks at the groups that changed since the last one, and at no other', () => {
  const fold = newFold()
  const groups = Array.from({ length: 600 }, (_, at) => `group-${at}`)
  let position = 0
  const put = (...records: readonly TestRecord[]) => {
    const batch = batchOf(records, { baseOffset: position })
    position = batch.lastOffset + 1
    apply(fold, { kind: 'batch', batch })
  }
  for (const group of groups) put(classicOf(group, 1, [{ id: 'm' }]), commitOf(group, 'orders', 0, 1))
  const state = fold.stateOf(0)
  let asked: string[] = []
  const wants = (group: string) => asked.push(group) > 0
  const table = new GroupTable({ state, partition: 0, of: 'groups', wants, everyMs, stored: null })
  const commit = (now: number) => {
    const taken = table.take(now)
    takeChanges(state)
    table.committed(now)
    return taken
  }
  for (let nextMs: number | null = 0; nextMs !== null; ) ({ nextMs } = commit(0))
  asked = []
  put(
    classicOf('group-7', 2, [{ id: 'm' }]),
    commitOf('group-8', 'orders', 1, 5),
    commitOf('group-9', 'orders', 0, null),
  )
  expect(
    commit(everyMs)
      .groups.map(({ group }) => group)
      .toSorted(),
  ).toEqual(['group-7', 'group-8', 'group-9'])
  put(classicOf('group-7', 3, [{ id: 'm' }]))
  expect(commit(everyMs + 1)).toMatchObject({ groups: [], nextMs: everyMs - 1 })
  expect(commit(2 * everyMs).groups.map(({ group }) => group)).toEqual(['group-7'])
  expect(new Set(asked)).toEqual(new Set(['group-7', 'group-8', 'group-9']))
})

test('the topic is read only where the stored table does not account for its groups', async () => {
  const { batches } = simulatedLog({ choices: fc.sample(shape, { numRuns: 1, seed: 7 })[0]?.choices ?? [], magic: 2 })
  const fold = newFold()
  for (const batch of batches) apply(fold, { kind: 'batch', batch })
  const state = fold.stateOf(0)
  const shownWith = (stored: StoredTable | null, of: PartitionState = state) => {
    const table = { topic: 'koff.groups id1', everyMs, stored: () => stored, shown: async () => ['gone'] }
    const output: PartitionOutput = {
      table,
      restore: async function* () {},
      commit: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }
    return shownGroups(output, of, new AbortController().signal)
  }
  const known: StoredTable = { of: 'koff.groups id1 filter', pending: [] }
  expect(await shownWith(known)).toEqual([])
  expect(await shownWith({ ...known, of: 'koff.groups id1 another filter' })).toEqual([])
  expect(await shownWith(null)).toEqual(['gone'])
  expect(await shownWith({ ...known, pending: null })).toEqual(['gone'])
  expect(await shownWith({ ...known, of: 'koff.groups id2 filter' })).toEqual(['gone'])
  // --reset-unusable-state: the table is stored, and the log is read as at a first start.
  const fresh = new Fold({ cluster: 'c1', history: 'until-start' }).newState(0)
  expect(fresh.inHistory).toBe(true)
  expect(await shownWith(known, fresh)).toEqual(['gone'])
})

test('a value that is too large keeps its counts and is marked as truncated', () => {
  const member = (id: number, partitions: number) => ({
    id: `member-${id}`,
    instanceId: null,
    clientId: 'client',
    host: '/10.0.0.1',
    epoch: 3,
    assignment: [{ topic: 'orders', topicId: null, subtopology: null, partitions: [...Array(partitions).keys()] }],
  })
  const condition = { type: 'offset-stalled', opened: '0-1-offset-stalled-0', since: 1, topic: 'orders', partition: 0 }
  const group = (members: number, partitions: number, conditions = 1): GroupState => ({
    cluster: 'c1',
    group: 'g',
    groupType: 'consumer',
    epoch: 3,
    state: 'Stable',
    protocolType: 'consumer',
    protocol: null,
    leader: null,
    memberCount: members,
    offsetCount: 7,
    conditionCount: conditions,
    members: Array.from({ length: members }, (_, id) => member(id, partitions)),
    conditions: Array.from({ length: conditions }, () => condition),
    truncated: false,
    partition: 0,
    position: 9,
    timestamp: 1,
  })
  const counts = { offsetCount: 7, truncated: true }
  expect(fittedGroupState(group(10, 10))).toEqual(group(10, 10))
  const plain = fittedGroupState(group(100, 2_000))
  expect(plain).toMatchObject({ ...counts, memberCount: 100, conditions: [condition] })
  expect(plain.members?.every(({ assignment }) => assignment === null)).toBe(true)
  expect(fittedGroupState(group(6_000, 1))).toMatchObject({
    ...counts,
    memberCount: 6_000,
    members: null,
    conditions: [condition],
  })
  expect(fittedGroupState(group(1, 1, 8_000))).toMatchObject({
    ...counts,
    conditionCount: 8_000,
    members: null,
    conditions: null,
  })
})

function newFold(): Fold {
  return new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
}

function restored(fold: Fold): Fold {
  const second = newFold()
  for (const [partition, state] of fold.partitions) {
    second.adopt(partition, restoreInto(second.newState(partition), encodeState(state)))
  }
  return second
}
