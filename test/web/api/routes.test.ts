import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHistory, readHistory } from '../../../src/history/openHistory.ts'
import { groupsAt } from '../../../src/history/queries/groupsAt.ts'
import { ownersOf } from '../../../src/history/queries/owners.ts'
import { rebalancesOf } from '../../../src/history/queries/rebalances.ts'
import type { HistoryReader } from '../../../src/history/store.ts'
import type {
  EventAnswer,
  EventsAnswer,
  GroupAnswer,
  GroupsAnswer,
  OwnersAnswer,
  ProgressAnswer,
  RebalancesAnswer,
  TimelineAnswer,
} from '../../../src/web/api/answers.ts'
import type { HttpServer } from '../../../src/web/server.ts'
import { fillFrom, serverOver } from '../filled.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-api-'))
let reader: HistoryReader & AsyncDisposable
let server: HttpServer
let validators: ReadonlyMap<string, ValidateFunction>
/** Within the recording: the group stands, the storm is over. */
let now = 0

beforeAll(async () => {
  const place = join(home, 'dev.db')
  await fillFrom('dev', place)
  reader = await readHistory(place, 10_000)
  const [last] = await reader.all('SELECT max(time) AS time FROM events')
  now = Number(last?.['time'])
  server = await serverOver(async () => reader)
  const ajv = new Ajv2020({ strict: false })
  const description = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Description
  validators = new Map(
    Object.entries(description.paths).flatMap(([path, { get }]) => {
      const schema = get.responses['200'].content['application/json']?.schema
      return schema === undefined ? [] : [[path, ajv.compile(schema)] as const]
    }),
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await reader[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>
}

interface Operation {
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly responses: { readonly '200': { readonly content: Readonly<Record<string, { readonly schema: object }>> } }
}

/** The answer of a route, which fits what the description says of it. */
async function ask<Answer>(path: string, query: Readonly<Record<string, string | number>> = {}): Promise<Answer> {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  const response = await fetch(`${server.url}${path}?${parameters.toString()}`)
  const answer: unknown = await response.json()
  expect([path, response.status, response.status === 200 ? '' : answer]).toEqual([path, 200, ''])
  const described = validators.get(path) ?? validators.get(path.replace(/groups\/[^/]+/, 'groups/{group}'))
  const validate = described ?? validators.get(path.replace(/events\/[^/]+/, 'events/{id}'))
  if (validate === undefined) throw new Error(`${path} is not in the description`)
  expect([path, validate(answer), validate.errors]).toEqual([path, true, null])
  return answer as Answer
}

async function refusal(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}${path}`, init)
  const body = (await response.json()) as { error: { code: string; message: string; known?: Record<string, unknown> } }
  return { status: response.status, ...body.error }
}

/** All rows of a list, page by page. */
async function pages<Answer extends { readonly next: string | null }>(
  path: string,
  query: Record<string, string | number>,
) {
  const found: Answer[] = []
  let cursor: string | null = null
  do {
    const answer: Answer = await ask<Answer>(path, cursor === null ? query : { ...query, cursor })
    found.push(answer)
    cursor = answer.next
  } while (cursor !== null)
  return found
}

const group = 'dev-classic-coop'

describe('the API over a recording', () => {
  test('answers each route as its description says, whose parameters are those that the route takes', async () => {
    const description = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Description
    expect(description.openapi).toBe('3.1.0')
    const asked = new Set<string>()
    const id = (await ask<EventsAnswer>('/api/events', { limit: 1 })).events[0]?.event.id ?? ''
    const values: Record<string, string> = { group, id, topic: 't-a', from: '1', to: String(now), at: String(now) }
    for (const [path, { get }] of Object.entries(description.paths)) {
      if (path === '/api/events/stream') continue
      const filled = path.replace('{group}', encodeURIComponent(group)).replace('{id}', encodeURIComponent(id))
      const needed = get.parameters.filter(({ in: place, required }) => place === 'query' && required)
      const query = Object.fromEntries(needed.map(({ name }) => [name, values[name] ?? '']))
      await ask(filled, path === '/api/owners' ? { topic: 't-a' } : query)
      expect(await refusal(`${filled}?no-such=1`)).toMatchObject({
        status: 400,
        message: expect.stringContaining('no parameter "no-such"; known: '),
        known: { parameters: get.parameters.map(({ name }) => name) },
      })
      asked.add(path)
    }
    expect(asked.size).toBeGreaterThan(20)
  })

  test('lists groups as they stood, sorted, searched and paged', async () => {
    const { groups: stood } = await groupsAt(reader, { cluster: 'c1', at: now })
    const { groups, total } = await ask<GroupsAnswer>('/api/groups', { at: now })
    expect(total).toBe(stood.length)
    const listed = groups.map(row => JSON.stringify([row.group, row.kind, row.state, row.members, row.partitions]))
    const wanted = stood.map(({ group: name, groupType, state, members, points }) =>
      JSON.stringify([name, groupType, state, members.length, points.length]),
    )
    expect(listed.sort()).toEqual(wanted.sort())
    for (const sort of ['group', 'lag', 'lastRebalance', 'members', 'conditions', 'rebalancesLastHour']) {
      for (const order of ['asc', 'desc']) {
        const whole = await ask<GroupsAnswer>('/api/groups', { at: now, sort, order })
        const paged = await pages<GroupsAnswer>('/api/groups', { at: now, sort, order, limit: 7 })
        expect(paged.flatMap(page => page.groups)).toEqual(whole.groups)
      }
    }
    const found = await ask<GroupsAnswer>('/api/groups', { at: now, q: 'STORM', kind: 'simple' })
    expect(found.groups.map(row => row.group)).toEqual(
      groups.filter(row => row.group.includes('storm') && row.kind === 'simple').map(row => row.group),
    )
    const later = await ask<GroupsAnswer>('/api/groups', { q: 'storm' })
    expect(later.coverage.complete).toBe(false)
  })

  test('shows a timeline whose lanes, members and rebalances are those of the history', async () => {
    const times = { from: 0, to: now }
    const owned = await ownersOf(reader, { cluster: 'c1', group, ...times })
    const whole = await ask<TimelineAnswer>('/api/timeline', { group, ...times })
    const packed = (answer: TimelineAnswer) =>
      answer.lanes.flatMap(({ topic, partition, intervals }) =>
        intervals.map(([from, to, owner]) => ({
          topic,
          partition,
          from,
          to,
          memberId: answer.owners[owner]?.memberId,
        })),
      )
    expect(packed(whole)).toEqual(
      owned.map(({ topic, partition, from, to, memberId }) => ({ topic, partition, from, to, memberId })),
    )
    const paged = await pages<TimelineAnswer>('/api/timeline', { group, ...times, limit: 2 })
    expect(paged.length).toBeGreaterThan(2)
    expect(paged.flatMap(packed)).toEqual(packed(whole))
    const rebalances = await rebalancesOf(reader, { cluster: 'c1', group })
    expect(
      whole.rebalances.map(({ id, time, durationMs, epochAfter, moved, joined, left }) => [
        id,
        time,
        durationMs,
        epochAfter,
        moved,
        joined,
        left,
      ]),
    ).toEqual(
      rebalances
        .map(one => [one.id, one.time, one.durationMs, one.epochAfter, one.moved, one.joined.length, one.left.length])
        .reverse(),
    )
    expect(whole.members.length).toBeGreaterThan(2)
    expect(whole.flags.map(({ type }) => type)).toContain('group-created')
    const cut = await pages<RebalancesAnswer>('/api/rebalances', { group, limit: 2 })
    expect(cut.flatMap(page => page.rebalances).map(({ id }) => id)).toEqual(rebalances.map(({ id }) => id))
  })

  test('shows how the lag went with as few points as asked for, and its peaks', async () => {
    const storm = 'dev-storm-1'
    const whole = await ask<ProgressAnswer>('/api/progress', { group: storm, to: now, points: 5_000 })
    const few = await ask<ProgressAnswer>('/api/progress', { group: storm, to: now, points: 6 })
    expect(whole.series.length).toBeGreaterThan(0)
    for (const [index, { points }] of few.series.entries()) {
      expect(points.length).toBeLessThanOrEqual(6)
      const peak = (all: ProgressAnswer['series'][number]['points']) =>
        Math.max(...all.map(point => Number(point[3] ?? -1)))
      expect(peak(points)).toBe(peak(whole.series[index]?.points ?? []))
      expect(points.at(-1)).toEqual(whole.series[index]?.points.at(-1))
    }
    expect((await ask<ProgressAnswer>('/api/progress', { group: storm, to: now, series: 'false' })).series).toEqual([])
  })

  test('gives an event with its place in the log and the group before and after it', async () => {
    const joins = await ask<EventsAnswer>('/api/events', { group, type: 'member-joined', to: now })
    expect(joins.events.length).toBeGreaterThan(1)
    for (const { event } of joins.events) {
      const { before, after, diff, log } = await ask<EventAnswer>(`/api/events/${event.id}`)
      expect(log).toMatchObject({ topic: '__consumer_offsets', partition: event.source.partition })
      const id = (event.data as { member: { id: string } }).member.id
      expect(before?.members.map(member => member.id) ?? []).not.toContain(id)
      expect(after?.members.map(member => member.id)).toContain(id)
      expect(diff?.joined.map(member => member.id)).toContain(id)
    }
    const deleted = (await ask<EventsAnswer>('/api/events', { type: 'group-deleted', limit: 1 })).events[0]
    const { before, after } = await ask<EventAnswer>('/api/event', { id: deleted?.event.id ?? '' })
    expect([before?.group, after]).toEqual([deleted?.event.group, null])
  })

  test('pages through events and owners without missing or repeating one', async () => {
    const [count] = await reader.all('SELECT count(*) AS count FROM events')
    const paged = await pages<EventsAnswer>('/api/events', { limit: 100, order: 'oldest' })
    const ids = paged.flatMap(page => page.events.map(({ event }) => event.id))
    expect([ids.length, new Set(ids).size]).toEqual([Number(count?.['count']), Number(count?.['count'])])
    const wanted = await ownersOf(reader, { cluster: 'c1', topic: 't-a', from: 0, to: now })
    const owners = await pages<OwnersAnswer>('/api/owners', { topic: 't-a', from: 0, to: now, limit: 5 })
    expect(owners.flatMap(page => page.owners)).toEqual(wanted)
  })

  test('says a time that it does not know: a field, and 404 where nothing is known', async () => {
    const later = now + 86_400_000
    const { coverage } = await ask<GroupAnswer>('/api/group', { group: 'dev-storm-1', at: later })
    expect(coverage.complete).toBe(false)
    expect(coverage.notKnown[0]).toMatchObject({ knows: 'owners', to: null })
    await using empty = await emptyServer()
    const response = await fetch(`${empty.url}/api/groups`)
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: { code: 'NOT_KNOWN', message: 'the history knows no owners yet', known: { owners: null } } },
    ])
  })

  test('without a history it says what to configure', async () => {
    await using without = await serverOver(null)
    const response = await fetch(`${without.url}/api/about`)
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('add a sink of type history'),
    ])
  })
})

async function emptyServer(): Promise<HttpServer> {
  const store = await openHistory(join(home, 'empty.db'))
  return serverOver(async () => store)
}
