import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { fillHistory } from '../../src/history/fill.ts'
import type { GroupItem, HistoryItem, HistoryMember, OffsetsItem } from '../../src/history/items.ts'
import { openHistory, readHistory } from '../../src/history/openHistory.ts'
import { conditionsOf, conditionsPage } from '../../src/history/queries/conditions.ts'
import { shortestKept, uncovered } from '../../src/history/queries/coverage.ts'
import { type EventsQuestion, eventById, eventsAfter, eventsPage } from '../../src/history/queries/events.ts'
import { groupVersions, lastRebalances, rebalanceCounts } from '../../src/history/queries/fleet.ts'
import { groupNames } from '../../src/history/queries/groupNames.ts'
import { groupsAt } from '../../src/history/queries/groupsAt.ts'
import { rebalanceHeatMap } from '../../src/history/queries/heatMap.ts'
import { groupMarks } from '../../src/history/queries/marks.ts'
import { membersOf } from '../../src/history/queries/members.ts'
import { ownersOf } from '../../src/history/queries/owners.ts'
import { progressOf } from '../../src/history/queries/progress.ts'
import { rebalancesOf } from '../../src/history/queries/rebalances.ts'
import { sampledProgress } from '../../src/history/queries/sampledProgress.ts'
import { OwnerList, ownerLanes } from '../../src/history/queries/timeline.ts'
import type { HistoryStore } from '../../src/history/store.ts'
import type { Input } from '../../src/state/input.ts'
import { until } from '../clients/until.ts'
import { compare, endsOf, scenarioSteps } from '../engine/brokersView.ts'
import { corpusFile, eventsOf, inputsOf } from '../engine/replay.ts'
import { sourceOf } from './sourceOf.ts'

/** What every history must do, whatever database it is in. `newPlace`: an empty one, as `--history` takes it. */
export function historyConformance(name: string, newPlace: () => Promise<string>): void {
  describe(`a history in ${name}`, () => {
    let place = ''
    beforeEach(async () => {
      place = await newPlace()
    })
    const filled = async (items: readonly HistoryItem[]) => {
      const store = await openHistory(place)
      await store.write(items)
      return store
    }

    test('keeps each event once, by cluster and id, and gives it back whole', async () => {
      const events = eventsOf(await inputsOf(corpusFile('dev')), { types: new Set(eventTypes) })
      await using store = await openHistory(place)
      const items = events.map(event => ({ kind: 'event', event }) as const)
      expect(await store.write(items)).toEqual({ events: events.length, items: 0 })
      expect(await store.write(items)).toEqual({ events: 0, items: 0 })
      const other = items
        .slice(0, 3)
        .map(({ event }): HistoryItem => ({ kind: 'event', event: { ...event, cluster: 'c2' } }))
      expect(await store.write(other)).toEqual({ events: 3, items: 0 })
      const found = await all(store, { cluster: '' })
      expect(byId(found)).toEqual(byId(events))
    })

    test('keeps names and numbers that are odd', async () => {
      const group = 'a\0b\uf8ff0 😀 % _ [x] \' " \\ ; --'
      const data = { topic: group, partition: 2, from: 2n ** 62n, to: -1 }
      const odd = event('1-2-0', { type: 'offset-rewound', group, data, severity: 'warn', time: -1 })
      await using store = await filled([{ kind: 'event', event: odd }])
      expect(await all(store, { cluster: 'c1', group, topic: group })).toEqual([odd])
      expect(await all(store, { cluster: 'c1', groups: ['a*%*_*[x]*'] })).toEqual([odd])
      expect(await all(store, { cluster: 'c1', groups: ['A*', 'a%'] })).toEqual([])
    })

    test('finds events by every column, page by page, in either order', async () => {
      const events = eventsOf(await inputsOf(corpusFile('dev')))
      await using store = await filled(events.map(one => ({ kind: 'event', event: one })))
      const joined = events.find(({ type }) => type === 'member-joined') as KoffEvent<'member-joined'>
      const { id: member, clientId: client, host } = joined.data.member
      const subject = (one: KoffEvent) => ('member' in one.data ? one.data.member : null)
      const placed = (one: KoffEvent) => ('topic' in one.data ? one.data : null)
      const cases: readonly (readonly [Partial<EventsQuestion>, (event: KoffEvent) => boolean])[] = [
        [{ group: joined.group }, one => one.group === joined.group],
        [{ groups: ['dev-s*', 'dev-c?assic*'] }, one => /^dev-(s|c.assic)/s.test(one.group)],
        [{ kind: 'consumer' }, one => one.groupType === 'consumer'],
        [{ types: ['rebalance', 'group-emptied'] }, one => ['rebalance', 'group-emptied'].includes(one.type)],
        [{ severity: 'warn' }, one => one.severity !== 'info'],
        [{ severity: 'warn', types: ['group-deleted'] }, one => one.type === 'group-deleted'],
        [{ topic: 't-a', partition: 1 }, one => placed(one)?.topic === 't-a' && placed(one)?.partition === 1],
        [{ member }, one => subject(one)?.id === member],
        [{ client }, one => subject(one)?.clientId === client],
        [{ host }, one => subject(one)?.host === host],
        [
          { from: joined.time, to: joined.time + 5_000 },
          one => one.time >= joined.time && one.time <= joined.time + 5_000,
        ],
      ]
      for (const [filter, isWanted] of cases) {
        const wanted = events.filter(isWanted)
        expect(wanted.length).toBeGreaterThan(0)
        for (const order of ['oldest', 'newest'] as const) {
          const found = await all(store, { cluster: '', ...filter, order, limit: 7 })
          expect([filter, byId(found)]).toEqual([filter, byId(wanted)])
          const times = found.map(({ time }) => time)
          expect(times).toEqual(times.toSorted((a, b) => (order === 'oldest' ? a - b : b - a)))
        }
      }
      const [first] = await eventsAfter(store, 0, { cluster: '', limit: 1 })
      expect((await eventById(store, '', first?.event.id ?? ''))?.event).toEqual(first?.event)
    })

    test('says how a group stood at any time, from full states and changes', async () => {
      await using store = await filled([
        groupItem(10, { isFull: true, members: [member('a', { t: [0, 1] })] }),
        groupItem(20, { members: [member('b', { t: [1] }), member('a', { t: [0] })] }),
        groupItem(30, { members: [], gone: ['a'] }),
        groupItem(40, { header: null, isFull: true, members: [] }),
      ])
      const at = async (time: number) => {
        const { groups } = await groupsAt(store, { cluster: 'c1', at: time })
        return groups.map(view => view.members.map(({ id, assignment }) => [id, assignment]))
      }
      expect(await at(9)).toEqual([])
      expect(await at(10)).toEqual([[['a', { t: [0, 1] }]]])
      expect(await at(25)).toEqual([
        [
          ['a', { t: [0] }],
          ['b', { t: [1] }],
        ],
      ])
      expect(await at(30)).toEqual([[['b', { t: [1] }]]])
      expect(await at(40)).toEqual([])
    })

    test('says who owned a partition from when to when, and how often members came and went', async () => {
      await using store = await filled([
        groupItem(10, { isFull: true, members: [member('a', { t: [0, 1] })] }),
        groupItem(20, { members: [member('b', { t: [1] }), member('a', { t: [0] })] }),
        groupItem(30, { members: [], gone: ['a'] }),
      ])
      // What is open has to be found again by an instance that starts.
      await store.write([groupItem(40, { members: [member('b', { t: [0, 1] })] })])
      const owners = async (question: { partition: number; from: number; to: number }) => {
        const found = await ownersOf(store, { cluster: 'c1', topic: 't', ...question })
        return found.map(({ memberId, from, to }) => [memberId, from, to])
      }
      expect(await owners({ partition: 1, from: 0, to: 99 })).toEqual([
        ['a', 10, 20],
        ['b', 20, null],
      ])
      expect(await owners({ partition: 0, from: 0, to: 99 })).toEqual([
        ['a', 10, 30],
        ['b', 40, null],
      ])
      expect(await owners({ partition: 0, from: 35, to: 35 })).toEqual([])
      expect(await owners({ partition: 0, from: 20, to: 20 })).toEqual([['a', 10, 30]])
      const members = await membersOf(store, { cluster: 'c1', group: 'g', from: 0, to: 99 })
      expect(members.map(({ clientId, joined, left, present }) => [clientId, joined, left, present])).toEqual([
        ['client-a', 1, 1, 0],
        ['client-b', 1, 0, 1],
      ])
    })

    test('shows a topic by its name also where that is known only later', async () => {
      const type = 'consumer'
      await using store = await filled([groupItem(10, { type, isFull: true, members: [member('a', { id1: [3] })] })])
      const ofName = () => ownersOf(store, { cluster: 'c1', topic: 'orders', from: 0, to: 99 })
      expect(await ofName()).toEqual([])
      await store.write([{ kind: 'topic', cluster: 'c1', id: 'id1', name: 'orders' }])
      expect((await ofName()).map(({ memberId, partition }) => [memberId, partition])).toEqual([['a', 3]])
      await store.write([groupItem(20, { type, members: [], gone: ['a'] })])
      expect((await ofName()).map(({ to }) => to)).toEqual([20])
      const { groups } = await groupsAt(store, { cluster: 'c1', at: 15 })
      expect(groups[0]?.members[0]?.assignment).toEqual({ orders: [3] })
    })

    test('keeps offsets as they changed, also those that are deleted, and large ones', async () => {
      const big = 2n ** 61n
      await using store = await filled([
        groupItem(5, { isFull: true, members: [] }),
        offsetsItem(10, [
          ['t', 0, 100, 120],
          ['t', 1, big, null],
        ]),
        offsetsItem(20, [['t', 0, 90, 150]]),
        offsetsItem(30, [['t', 1, null, null]]),
      ])
      const at = async (time: number) => (await groupsAt(store, { cluster: 'c1', at: time })).groups[0]
      expect((await at(15))?.offsets).toEqual({ t: { 0: 100, 1: big } })
      expect((await at(15))?.lag).toEqual({ t: { 0: 20 } })
      expect((await at(25))?.offsets).toEqual({ t: { 0: 90, 1: big } })
      expect((await at(99))?.offsets).toEqual({ t: { 0: 90 } })
      const { points } = await progressOf(store, { cluster: 'c1', group: 'g', from: 15, to: 40 })
      expect(points.map(({ time, partition, offset }) => [time, partition, offset])).toEqual([
        [20, 0, 90],
        [30, 1, null],
      ])
    })

    test('takes each item once, whoever repeats it, and goes on where another instance was', async () => {
      const items = [
        groupItem(10, { isFull: true, members: [member('a', { t: [0] })] }),
        offsetsItem(10, [['t', 0, 1, 1]], 1),
        groupItem(20, { members: [member('b', { t: [1] })] }),
      ]
      {
        await using first = await openHistory(place)
        expect(await first.write(items.slice(0, 2))).toEqual({ events: 0, items: 2 })
      }
      await using second = await openHistory(place)
      expect(await second.write(items)).toEqual({ events: 0, items: 1 })
      expect(await second.write(items)).toEqual({ events: 0, items: 0 })
      const owned = await ownersOf(second, { cluster: 'c1', topic: 't', from: 0, to: 99 })
      expect(owned.map(({ memberId, to }) => [memberId, to])).toEqual([
        ['a', null],
        ['b', null],
      ])
    })

    test('knows from when to when it has all, and joins what touches', async () => {
      const item = (from: number, to: number) =>
        ({
          kind: 'coverage',
          cluster: 'c1',
          partition: 0,
          knows: ['owners'],
          from: { position: from, time: from * 1_000_000 },
          to: { position: to, time: to * 1_000_000 },
        }) as const
      await using store = await filled([item(1, 2), item(4, 5)])
      const missing = (from: number, to: number) =>
        uncovered(store, { cluster: 'c1', knows: 'owners', from: from * 1_000_000, to: to * 1_000_000 })
      expect(await missing(1, 2)).toEqual([])
      expect(await missing(0, 2)).toEqual([{ partition: 0, from: null, to: 1_000_000 }])
      expect(await missing(1, 5)).toEqual([{ partition: 0, from: 2_000_000, to: 4_000_000 }])
      expect(await missing(5, 6)).toEqual([{ partition: 0, from: 5_000_000, to: null }])
      await store.write([item(2, 4)])
      expect(await missing(1, 5)).toEqual([])
      expect(await uncovered(store, { cluster: 'c1', knows: 'lag', from: 1, to: 1 })).toHaveLength(1)
    })

    test('tells rebalances with who came and went, and conditions from opening to closing', async () => {
      const events = eventsOf(await inputsOf(corpusFile('dev')))
      await using store = await filled(events.map(one => ({ kind: 'event', event: one })))
      const group = 'dev-classic-coop'
      const expected = events.filter(one => one.type === 'rebalance' && one.group === group)
      const found = await rebalancesOf(store, { cluster: '', group })
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id).toReversed())
      const came = found.flatMap(({ joined }) => joined.map(({ memberId }) => memberId))
      const joined = events.filter(one => one.type === 'member-joined' && one.group === group)
      expect(came.toSorted()).toEqual(joined.map(one => (one as KoffEvent<'member-joined'>).data.member.id).toSorted())
      const opens = event('3-9-offset-stalled-0', {
        type: 'partition-unassigned',
        severity: 'error',
        time: 50,
        data: { topic: 't', partition: 1 },
      })
      const closes = event('3-12-0', {
        type: 'partition-assigned',
        time: 80,
        data: { topic: 't', partition: 1, opened: opens.id, durationMs: 30 },
      })
      await store.write([opens, closes].map(one => ({ kind: 'event', event: one })))
      const open = async (at: number) =>
        (await conditionsOf(store, { cluster: 'c1', group: 'g', from: at, to: at })).map(({ from, to }) => [from, to])
      expect([await open(49), await open(50), await open(79), await open(80)]).toEqual([[], [[50, 80]], [[50, 80]], []])
      const views = ['owners', 'members', 'rebalances', 'conditions', 'resets']
      for (const view of views) expect(await store.all(`SELECT * FROM ${view} LIMIT 5`)).toBeInstanceOf(Array)
      expect(await store.all(`SELECT count(*) AS count FROM rebalances WHERE "group" = ?`, [group])).toEqual([
        { count: expected.length },
      ])
    })

    test('packs who owned what into lanes, page by page, and lists what happened beside it', async () => {
      const inputs = await inputsOf(corpusFile('dev'))
      await using store = await openHistory(place)
      const fold = new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
      const source = sourceOf(inputs, 1_000)
      await fillHistory({ wants: () => true, source, fold, cluster: 'c1', store, signal: running })
      const names = await groupNames(store, 'c1', 1_000)
      const times = { from: 0, to: 2 ** 50 }
      for (const group of names) {
        const question = { cluster: 'c1', group, ...times }
        const owned = (await ownersOf(store, question)).map(one => [
          one.topic,
          one.partition,
          one.from,
          one.to,
          one.memberId,
        ])
        for (const size of [3, 1_000]) {
          const lanes: unknown[] = []
          let cursor: string | undefined
          do {
            const list = new OwnerList()
            const page = await ownerLanes(store, { ...question, cursor, limit: size, intervals: 5 * size }, list)
            for (const { topic, partition, intervals } of page.lanes) {
              for (const [from, to, owner] of intervals)
                lanes.push([topic, partition, from, to, list.owners[owner]?.memberId])
            }
            cursor = page.next ?? undefined
          } while (cursor !== undefined)
          expect([group, size, lanes]).toEqual([group, size, owned])
        }
        const { rebalances, flags, before } = await groupMarks(store, question)
        const known = await rebalancesOf(store, { cluster: 'c1', group })
        expect(rebalances.map(({ id, joined, left }) => [id, joined, left])).toEqual(
          known.map(({ id, joined, left }) => [id, joined.length, left.length]).reverse(),
        )
        expect(before).toBeNull()
        if (flags.length === 0) continue
        const few = await groupMarks(store, { ...question, limit: 1 })
        expect(few.rebalances.length + few.flags.length).toBeLessThanOrEqual(1)
      }
      const last = await lastRebalances(store, 'c1', times.to)
      const counts = await rebalanceCounts(store, { cluster: 'c1', ...times })
      const heat = await rebalanceHeatMap(store, {
        cluster: 'c1',
        from: 0,
        to: 2 ** 42,
        bucketMs: 2 ** 40,
        limit: 1_000,
      })
      for (const group of names) {
        const found = await rebalancesOf(store, { cluster: 'c1', group })
        expect([group, last.get(group), counts.get(group) ?? 0]).toEqual([group, found[0]?.time, found.length])
        const row = heat.find(one => one.group === group)
        expect((row?.counts ?? []).reduce((sum, count) => sum + count, 0)).toBe(found.length)
      }
      expect(heat.map(({ counts: of }) => of.length)).toEqual(heat.map(() => 4))
    })

    test('down-samples progress to the peak and the last point of each slot, from the offset at the beginning', async () => {
      const points = Array.from({ length: 200 }, (_, at) =>
        offsetsItem(100 + at, [
          ['t', 0, at, at + (at === 77 ? 500 : 10)],
          ['t', 1, 5, 5],
        ]),
      )
      await using store = await filled([groupItem(5, { isFull: true, members: [] }), ...points])
      const question = { cluster: 'c1', group: 'g', from: 150, to: 290 }
      const { series, total } = await sampledProgress(store, { ...question, points: 10 })
      expect(series.map(({ topic, partition }) => [topic, partition])).toEqual([
        ['t', 0],
        ['t', 1],
      ])
      const [first] = series
      expect(first?.points.length).toBeLessThanOrEqual(10)
      expect(first?.points.map(({ time, lag }) => [time, lag])).toContainEqual([177, 500])
      expect(first?.points.at(-1)?.time).toBe(290)
      expect(total).toContainEqual({ time: 177, lag: 500, lagMs: null })
      expect(total.at(-1)).toEqual({ time: 290, lag: 10, lagMs: null })
      const one = await sampledProgress(store, {
        ...question,
        from: 120,
        to: 120,
        points: 10,
        partition: 1,
        topic: 't',
      })
      expect(one.series.map(({ points: of }) => of.map(({ time, offset }) => [time, offset]))).toEqual([[[120, 5]]])
      expect((await sampledProgress(store, { ...question, points: 10, hasSeries: false })).series).toEqual([])
    })

    test('a condition is closed by its event whichever of the two comes first, and changed groups have other versions', async () => {
      await using store = await filled([groupItem(10, { isFull: true, members: [member('a', { t: [0] })] })])
      const before = await groupVersions(store, 'c1')
      const data = { topic: 't', partition: 1 }
      const opens = (n: number) =>
        event(`3-${n}-partition-unassigned-0`, { type: 'partition-unassigned', severity: 'error', time: n, data })
      const closes = (n: number) =>
        event(`3-${n}-0`, {
          type: 'partition-assigned',
          time: n + 5,
          data: { ...data, opened: `3-${n}-partition-unassigned-0`, durationMs: 5 },
        })
      const items = [closes(50), opens(50), opens(70), closes(70), opens(90)]
      for (const one of items) await store.write([{ kind: 'event', event: one }])
      const spans = async (from: number, to: number, more: object = {}) =>
        (await conditionsPage(store, { cluster: 'c1', from, to, ...more })).conditions.map(one => [
          one.from,
          one.to,
          one.closeId,
        ])
      expect(await spans(0, 99)).toEqual([
        [90, null, null],
        [70, 75, '3-70-0'],
        [50, 55, '3-50-0'],
      ])
      expect(await spans(60, 60)).toEqual([])
      expect(await spans(95, 95, { types: ['partition-unassigned'], severity: 'error' })).toHaveLength(1)
      expect(await spans(95, 95, { types: ['offset-stalled'] })).toEqual([])
      const pages: string[] = []
      let cursor: string | undefined
      do {
        const page = await conditionsPage(store, { cluster: 'c1', from: 0, to: 99, limit: 1, cursor })
        pages.push(...page.conditions.map(({ id }) => id))
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      expect(pages).toEqual([90, 70, 50].map(n => `3-${n}-partition-unassigned-0`))
      expect(await groupVersions(store, 'c1')).toEqual(before)
      await store.write([groupItem(20, { members: [member('b', { t: [1] })] })])
      const joined = await groupVersions(store, 'c1')
      expect(joined).not.toEqual(before)
      await store.write([offsetsItem(30, [['t', 0, 1, 1]])])
      const committed = await groupVersions(store, 'c1')
      expect(committed).not.toEqual(joined)
      await store.write([offsetsItem(40, [['t', 0, 2, 2]])])
      expect(await groupVersions(store, 'c1')).not.toEqual(committed)
    })

    test('a group that was gone before is forgotten, one that is there is not, and events of one type go earlier', async () => {
      await using store = await filled([
        groupItem(10, { isFull: true, members: [member('a', { t: [0] })] }),
        offsetsItem(10, [['t', 0, 1, 1]], 1),
        { ...groupItem(20, { isFull: true, members: [member('b', { t: [1] })] }), group: 'stays' },
        groupItem(30, { header: null, isFull: true, members: [] }),
        ...[5, 15].map(time => ({
          kind: 'event' as const,
          event: event(`1-${time}-0`, { type: 'rebalance', data: noRebalance, time }),
        })),
      ])
      expect(await store.prune({ before: 25 })).toMatchObject({ events: 2 })
      const groups = async (at: number) =>
        (await groupsAt(store, { cluster: 'c1', at })).groups.map(({ group }) => group)
      expect([await groups(25), await groups(35)]).toEqual([['g', 'stays'], ['stays']])
      expect(await store.prune({ before: 40 })).toMatchObject({ states: 2, progress_tail: 1, groups: 1 })
      expect(await groups(45)).toEqual(['stays'])
      expect(await shortestKept(store, undefined)).toBe(null)
      await store.write([{ kind: 'event', event: event('1-50-0', { type: 'rebalance', data: noRebalance, time: 50 }) }])
      await store.prune({ eventsBefore: new Map([['rebalance', 60]]) })
      expect(await shortestKept(store, ['rebalance'])).toEqual({ type: 'rebalance', since: 60 })
      expect(await shortestKept(store, ['member-left'])).toBe(null)
    })

    test('a limit by size leaves about so much, removes no more the next time, and the space is used again', async () => {
      const events = (from: number): HistoryItem[] =>
        Array.from({ length: 5_000 }, (_, index) => {
          const time = from + index
          return { kind: 'event', event: event(`1-${time}-0`, { type: 'rebalance', data: noRebalance, time }) }
        })
      await using store = await openHistory(place)
      for (let at = 1; at < 40_000; at += 5_000) await store.write(events(at))
      await statistics(store)
      const size = await store.size()
      const removed = (await store.prune({ bytes: size / 2 }))['events'] ?? 0
      expect(removed).toBeGreaterThan(15_000)
      expect(removed).toBeLessThan(28_000)
      await statistics(store)
      expect(await store.size()).toBeLessThan(size * 0.6)
      expect(await store.prune({ bytes: size / 2 })).toEqual({})
      const before = await onDisk(store)
      for (let at = 40_001; at < 55_000; at += 5_000) await store.write(events(at))
      // Without the space of what was removed it would be 1.37 times as much.
      expect(await onDisk(store)).toBeLessThan(Math.max(before, size) * 1.25)
    })

    test('every query in docs/history.md runs', async () => {
      const page = readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8')
      const block = /```sql\n(.*?)```/s.exec(page)?.[1] ?? ''
      const queries = block.split(';').filter(query => /SELECT/.test(query))
      expect(queries.length).toBeGreaterThanOrEqual(5)
      const recorded = eventsOf(await inputsOf(corpusFile('dev')))
      await using store = await filled(recorded.map(one => ({ kind: 'event', event: one })))
      for (const query of queries) expect(await store.all(query)).toBeInstanceOf(Array)
    })

    const severalInstances = name === 'SQLite' ? [] : ['two instances']
    test.each(severalInstances)(
      '%s that write by turns, each of partitions of its own, keep each item once',
      async () => {
        await using first = await openHistory(place)
        await using second = await openHistory(place)
        const of = (partition: number, position: number): HistoryItem[] => [
          {
            ...groupItem(position, { isFull: position === 10, members: [member(`m${position}`, { t: [partition] })] }),
            partition,
            group: `g${partition}`,
          },
          { ...offsetsItem(position, [['t', partition, position, 100]], 1), partition, group: `g${partition}` },
        ]
        for (const position of [10, 20, 30]) {
          const both = [first.write(of(0, position)), second.write(of(1, position))]
          expect(await Promise.all(both)).toEqual([
            { events: 0, items: 2 },
            { events: 0, items: 2 },
          ])
        }
        // The second takes over what the first had.
        expect(await second.write([...of(0, 30), ...of(0, 40)])).toEqual({ events: 0, items: 2 })
        const { groups } = await groupsAt(first, { cluster: 'c1', at: 50 })
        const shown = groups.map(({ group, offsets, members }) => [group, offsets, members.map(({ id }) => id)])
        expect(shown).toEqual([
          ['g0', { t: { 0: 40 } }, ['m10', 'm20', 'm30', 'm40']],
          ['g1', { t: { 1: 30 } }, ['m10', 'm20', 'm30']],
        ])
        const { points } = await progressOf(first, { cluster: 'c1', group: 'g0', from: 0, to: 99 })
        expect(points.map(({ offset }) => offset)).toEqual([10, 20, 30, 40])
      },
    )

    test('points that are not in a block yet, and those that were moved into one, are one progress', async () => {
      const offsets = (position: number) =>
        offsetsItem(
          position,
          Array.from({ length: 50 }, (_, n) => ['t', n, position * 10 + n, null] as const),
        )
      await using store = await filled([groupItem(1, { isFull: true, members: [] })])
      for (let position = 2; position < 14; position += 1) await store.write([offsets(position)])
      const stored = async (table: string) =>
        Number((await store.all(`SELECT count(*) AS count FROM ${table}`))[0]?.['count'])
      expect([await stored('progress'), await stored('progress_tail')]).toEqual([1, 2])
      const { points } = await progressOf(store, { cluster: 'c1', group: 'g', from: 0, to: 99 })
      expect(points).toHaveLength(600)
      for (const at of [2, 8, 11, 13]) {
        const { groups } = await groupsAt(store, { cluster: 'c1', at })
        expect([groups[0]?.offsets['t']?.[7], groups[0]?.points.length]).toEqual([at * 10 + 7, 50])
      }
    })

    test.each([
      ['dev', 160],
      // Compacted: what was superseded before the filling is gone, so that only its own end can be compared.
      ['dev.compactlive', 1],
    ] as const)('says of each moment of %s what the broker said', async (recording, atLeast) => {
      const steps = await scenarioSteps()
      const names = steps.flatMap(({ result }) =>
        Object.entries(result?.topicIds ?? {}).map(([topic, id]): Input => ({ kind: 'topic', id, name: topic })),
      )
      const inputs = await inputsOf(corpusFile(recording))
      const ends = endsOf(inputs)
      await using store = await openHistory(place)
      // Twice, in pieces of other sizes: a repeat changes nothing.
      for (const chunkSize of [7, 1_000]) {
        const fold = new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
        await fillHistory({
          wants: () => true,
          source: sourceOf([...names, ...inputs], chunkSize),
          fold,
          cluster: 'c1',
          store,
          signal: running,
        })
      }
      await using reader = await readHistory(place, 10_000)
      const wrong: unknown[] = []
      let compared = 0
      for (const step of steps) {
        if (step.kind !== 'snapshot' || step.ends === undefined || step.consistent === false) continue
        if (Object.entries(step.ends).some(([partition, end]) => end > (ends.get(Number(partition)) ?? 0))) continue
        if (recording !== 'dev' && [...ends].some(([partition, end]) => step.ends?.[partition] !== end)) continue
        compared += 1
        const { groups } = await groupsAt(reader, { cluster: 'c1', at: step.ts })
        const views = new Map(groups.map(view => [view.group, view]))
        for (const broker of step.groups ?? []) {
          const differences = compare(broker, views.get(broker.group))
          if (differences.length > 0) wrong.push([step.label, broker.group, differences])
        }
        const listed = step.list?.map(({ group }) => group).sort()
        if (listed !== undefined && listed.join() !== [...views.keys()].sort().join()) wrong.push([step.label, 'list'])
        const missing = await uncovered(reader, { cluster: 'c1', knows: 'owners', from: step.ts, to: step.ts })
        if (missing.length > 0) wrong.push([step.label, 'not covered'])
      }
      expect(wrong).toEqual([])
      expect(compared).toBeGreaterThanOrEqual(atLeast)
    })
  })
}

const running = new AbortController().signal

const noRebalance = {
  epochBefore: 1,
  epochAfter: 2,
  protocol: null,
  leader: null,
  memberCount: 1,
  durationMs: null,
  moved: 0,
  changes: [],
  unreadable: [],
}

/** PostgreSQL counts rows a moment after they were written. */
async function statistics(store: HistoryStore): Promise<void> {
  if (!store.name.startsWith('postgres')) return
  const counted = async () => {
    const [row] = await store.all(
      `SELECT n_live_tup AS live, (SELECT count(*) FROM events) AS count FROM pg_stat_user_tables WHERE relname = 'events'`,
    )
    return Math.abs(Number(row?.['live']) - Number(row?.['count']))
  }
  await until({ what: 'the statistics are those of the rows', ask: counted, good: difference => difference < 2_000 })
}

async function onDisk(store: HistoryStore): Promise<number> {
  const sql = store.name.startsWith('postgres')
    ? `SELECT pg_total_relation_size('events') AS bytes`
    : 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size'
  return Number((await store.all(sql))[0]?.['bytes'])
}

async function all(store: HistoryStore, question: EventsQuestion): Promise<KoffEvent[]> {
  const found: KoffEvent[] = []
  let cursor: string | undefined
  do {
    const page = await eventsPage(store, { ...question, cursor })
    found.push(...page.events.map(one => one.event))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
}

function byId(events: readonly KoffEvent[]): readonly KoffEvent[] {
  return events.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function event(id: string, fields: Pick<KoffEvent, 'type' | 'data'> & Partial<KoffEvent>): KoffEvent {
  return {
    id,
    cluster: 'c1',
    group: 'g',
    groupType: 'consumer',
    time: 1,
    severity: 'info',
    source: { kind: 'log', partition: 1, offset: 2, timestamp: 7, after: null, before: null, sequence: null },
    part: 1,
    parts: 1,
    truncated: false,
    ...fields,
  }
}

function member(id: string, held: Readonly<Record<string, readonly number[]>>): HistoryMember {
  return {
    id,
    instanceId: null,
    clientId: `client-${id}`,
    host: '/1',
    epoch: null,
    held: Object.entries(held),
    target: null,
  }
}

function groupItem(
  position: number,
  { type = 'classic', ...fields }: Partial<GroupItem> & { readonly type?: 'classic' | 'consumer' },
): GroupItem {
  return {
    kind: 'group',
    cluster: 'c1',
    partition: 0,
    position,
    ordinal: 0,
    time: position,
    group: 'g',
    header: { type, epoch: 1, state: 'Stable', protocolType: null, protocol: null, leader: null },
    isFull: false,
    members: [],
    gone: [],
    ...fields,
  }
}

type Point = readonly [topic: string, partition: number, offset: number | bigint | null, logEnd: number | null]

function offsetsItem(position: number, points: readonly Point[], ordinal = 0): OffsetsItem {
  return {
    kind: 'offsets',
    cluster: 'c1',
    partition: 0,
    position,
    ordinal,
    time: position,
    group: 'g',
    points: points.map(([topic, partition, offset, logEnd]) => {
      const lag = logEnd === null ? null : logEnd - Number(offset)
      return { topic, partition, offset, logEnd, lag, lagMs: null }
    }),
  }
}
