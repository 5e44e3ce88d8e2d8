import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KoffEvent } from '../../src/events/envelope.ts'
import type { HistoryItem } from '../../src/history/items.ts'
import { openHistory } from '../../src/history/openHistory.ts'
import type { HistoryStore } from '../../src/history/store.ts'
import type { EventsAnswer, GroupAnswer, GroupsAnswer } from '../../src/web/api/answers.ts'
import { type HttpServer } from '../../src/web/server.ts'
import { serverOver } from './filled.ts'

const hostile = [
  '',
  '.',
  '..',
  '../../etc/passwd',
  "'; DROP TABLE events; --",
  '" OR 1=1 --',
  "x' UNION SELECT * FROM koff_history --",
  'a/b?c#d&e=f%2F%00',
  'nul\0in it',
  'line\r\nSet-Cookie: x=1',
  '<script>alert(1)</script>',
  '{{7*7}}${7*7}',
  '%_*?[a-z]',
  '__proto__',
  'constructor',
  '😀 \uf8ff ünïcode',
  '\u202etxt.exe',
  'g'.repeat(2_000),
]

const home = mkdtempSync(join(tmpdir(), 'koff-access-'))
let store: HistoryStore
let server: HttpServer

beforeAll(async () => {
  store = await openHistory(join(home, 'hostile.db'))
  await store.write(hostile.flatMap(itemsOf))
  await store.write([
    {
      kind: 'coverage',
      cluster: 'c1',
      partition: 0,
      knows: ['events', 'owners', 'offsets', 'lag'],
      from: { position: 0, time: 0 },
      to: { position: 1_000, time: Date.now() + 3_600_000 },
    },
  ])
  server = await serverOver(async () => store)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

function itemsOf(group: string, at: number): readonly HistoryItem[] {
  const time = 1_000 + at
  const place = { cluster: 'c1', partition: 0, position: at + 1, time, group }
  const member = { id: group, instanceId: null, clientId: group, host: group, epoch: null, target: null }
  const event: KoffEvent = {
    id: `0-${at}-0`,
    type: 'offset-rewound',
    cluster: 'c1',
    group,
    groupType: 'classic',
    time,
    severity: 'warn',
    source: { kind: 'log', partition: 0, offset: at, timestamp: time, after: null, before: null, sequence: null },
    part: 1,
    parts: 1,
    truncated: false,
    data: { topic: group, partition: 0, from: 2n ** 62n, to: 1 },
  }
  return [
    {
      kind: 'group',
      ...place,
      ordinal: 0,
      header: { type: 'classic', epoch: 1, state: 'Stable', protocolType: null, protocol: null, leader: null },
      isFull: true,
      members: [{ ...member, held: [[group, [0]]] }],
      gone: [],
    },
    { kind: 'event', event },
  ]
}

/** As it is written: fetch would change some paths on their way. */
async function raw(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET', to = server) {
  const { hostname, port } = new URL(to.url)
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number
    headers: NodeJS.Dict<string | string[]>
    body: string
  }>()
  const sent = request({ hostname, port, path, headers, method }, response => {
    let body = ''
    response.setEncoding('utf8').on('data', (text: string) => (body += text))
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
  })
  sent.on('error', reject)
  sent.end()
  return promise
}

/** What a server answers to bytes that are no request. */
async function bytes(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(Number(port), hostname, () => socket.write(text))
  let answer = ''
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part))
  socket.on('close', () => resolve(answer))
  socket.on('error', reject)
  return promise
}

describe('names of any kind', () => {
  test.each(hostile)('%j is a group as any other, in the query and in the path', async group => {
    const query = `group=${encodeURIComponent(group)}`
    for (const route of ['group', 'timeline', 'progress', 'rebalances', 'members', 'offsets']) {
      const { status, body } = await raw(`/api/${route}?${query}`)
      expect([route, status, status === 200 ? '' : body]).toEqual([route, 200, ''])
    }
    const found = JSON.parse((await raw(`/api/group?${query}`)).body) as GroupAnswer
    expect([found.group?.group, found.group?.members[0]?.id]).toEqual([group, group])
    const times = await raw(`/api/events?${query}&topic=${encodeURIComponent(group)}`)
    const { events } = JSON.parse(times.body) as EventsAnswer
    expect(events.map(({ event }) => [event.group, (event.data as { from: unknown }).from])).toEqual([
      [group, (2n ** 62n).toString()],
    ])
    expect((await raw(`/api/owners?topic=${encodeURIComponent(group)}`)).status).toBe(200)
    if (['', '.', '..'].includes(group)) return
    const inPath = JSON.parse((await raw(`/api/groups/${encodeURIComponent(group)}`)).body) as GroupAnswer
    expect(inPath.group?.group).toBe(group)
  })

  test('no parameter reaches the database as SQL, and the history is whole afterwards', async () => {
    const parameters = ['cluster', 'groups', 'kind', 'type', 'severity', 'topic', 'partition', 'member', 'instance']
    const more = ['client', 'host', 'from', 'to', 'order', 'limit', 'cursor']
    for (const parameter of [...parameters, ...more]) {
      for (const text of hostile.filter(one => one.length < 100)) {
        const { status, body } = await raw(`/api/events?${parameter}=${encodeURIComponent(text)}`)
        expect([parameter, text, [200, 400].includes(status)]).toEqual([parameter, text, true])
        expect(body).not.toMatch(/SQLITE|syntax error|owner_spans/)
      }
    }
    for (const parameter of ['q', 'state', 'sort', 'condition', 'cursor', 'at', 'topic']) {
      for (const text of hostile.filter(one => one.length < 100)) {
        const { status } = await raw(`/api/groups?${parameter}=${encodeURIComponent(text)}`)
        expect([parameter, text, [200, 400].includes(status)]).toEqual([parameter, text, true])
      }
    }
    const { total } = JSON.parse((await raw('/api/groups')).body) as GroupsAnswer
    expect(total).toBe(hostile.length)
  })

  test('a path leads out of nothing, and nothing of a request stands in a header of its answer', async () => {
    const paths = [
      '/../../etc/passwd',
      '/api/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/api/groups/%00',
      '//',
      '/api//',
    ]
    for (const path of paths) {
      const { status, body } = await raw(path)
      expect([path, status]).toEqual([path, 404])
      expect(body).not.toContain('root:')
    }
    expect((await raw('/api/groups/%E0%A4%A')).status).toBe(400)
    const split = await raw(`/api/group?group=${encodeURIComponent('x\r\nSet-Cookie: a=1')}`)
    expect(split.status).toBe(404)
    expect(JSON.stringify(split.headers)).not.toMatch(/set-cookie|a=1/i)
    expect(split.headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('what is no request that koff reads', () => {
  test('is refused with what is wrong, and the next one is answered', async () => {
    expect(await raw(`/api/events?group=${'x'.repeat(9_000)}`)).toMatchObject({ status: 414 })
    expect(await raw('/api/about', { 'x-long': 'x'.repeat(20_000) })).toMatchObject({ status: 431 })
    expect(await bytes('nonsense\r\n\r\n')).toContain('HTTP/1.1 400')
    expect(await bytes('GET /api/about HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n')).toContain('HTTP/1.1 400')
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const { status, headers } = await raw('/api/about', {}, method)
      expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD'])
    }
    expect(await raw('/api/about', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
    expect((await raw('/api/about')).status).toBe(200)
  })

  test.each([
    ['/api/events?from=yesterdays', 'from: "yesterdays" is no time'],
    ['/api/events?partition=-1', 'partition: must be a whole number'],
    ['/api/events?limit=1001', 'limit: '],
    ['/api/events?limit=0', 'limit: '],
    ['/api/events?type=rebalanced', 'type: "rebalanced" is none of group-snapshot, '],
    ['/api/events?kind=modern', 'kind: must be one of classic, consumer, share, streams, simple'],
    ['/api/events?topic=a&topic=b', 'topic: must be given once'],
    ['/api/events?cursor=abc', 'cursor "abc" belongs to another question'],
    ['/api/events?from=2000&to=1000', 'from is after to'],
    ['/api/groups?sort=size', 'sort: must be one of group, kind, state, '],
    ['/api/groups?grp=x', 'no parameter "grp"; known: cluster, q, kind, '],
    ['/api/group', 'group: is missing'],
    ['/api/groups/a?group=b', 'group: is in the path and in the query'],
    ['/api/diff?group=.', 'from: is missing'],
    ['/api/owners', 'name a topic, or a group, or both'],
    ['/api/owners?partition=1&group=.', 'partition: is of a topic; name it'],
    ['/api/owners?topic=a&at=1&from=1', 'at: is one moment; leave out from and to'],
    ['/api/conditions?open=true&from=1', 'open: is of now; leave out from and to'],
    ['/api/conditions?type=rebalance', 'type: must be one of offset-stalled, '],
    ['/api/rebalances/heatmap?bucket=1000', 'bucket: more than 1000 buckets'],
    ['/api/progress?group=.&points=1', 'points: '],
    ['/api/events?cluster=other', 'the history has no cluster "other"; known: "c1"'],
    ['/api/event', 'id: is missing'],
    ['/api/events/stream?after=x', 'after: must be a whole number'],
  ])('%s is refused with 400: %s', async (path, message) => {
    const { status, body } = await raw(path)
    expect([status, (JSON.parse(body) as { error: { message: string } }).error.message]).toEqual([
      400,
      expect.stringContaining(message),
    ])
  })

  test.each([
    ['/api/group?group=__prot__', 'no such group "__prot__" in the history; did you mean "__proto__"?'],
    ['/api/events/9-9-9', 'no event "9-9-9" in the history'],
    ['/api/nothing', 'nothing here; there is /metrics, /healthz, /readyz, /api/openapi.json'],
  ])('%s is not found: %s', async (path, message) => {
    const { status, body } = await raw(path)
    expect([status, (JSON.parse(body) as { error: { message: string } }).error.message]).toEqual([404, message])
  })
})

describe('who may ask', () => {
  test('with a token: metrics and the API demand it, health does not, and a new token counts at once', async () => {
    let token = 'first token'
    await using other = await serverOver(async () => store, { host: '127.0.0.1', token: () => token })
    const status = async (path: string, authorization?: string) =>
      (await raw(path, authorization === undefined ? {} : { authorization }, 'GET', other)).status
    for (const path of ['/healthz', '/readyz']) expect(await status(path)).toBe(200)
    for (const path of ['/metrics', '/api/about', '/api/events/stream', '/api/openapi.json']) {
      expect(await status(path)).toBe(401)
      for (const wrong of [
        'Bearer',
        'Bearer x',
        'first-token',
        `Basic ${btoa('koff:x')}`,
        `Bearer ${'x'.repeat(4_000)}`,
      ])
        expect([path, wrong, await status(path, wrong)]).toEqual([path, wrong, 401])
    }
    token = 'second'
    expect(await status('/api/about', 'Bearer second')).toBe(200)
    expect(await status('/metrics', 'bearer second')).toBe(200)
    expect(await status('/api/about', `Basic ${btoa('anybody:second')}`)).toBe(200)
    const { headers, body } = await raw('/api/about', {}, 'GET', other)
    expect(headers['www-authenticate']).toContain('Basic realm="koff"')
    expect(body).not.toContain('second')
  })

  test('without one on this machine: the API answers under names of this machine only', async () => {
    const status = async (host: string, path = '/api/about') => (await raw(path, { host })).status
    for (const host of ['localhost', 'LOCALHOST:9404', '127.0.0.1:1', '[::1]:80', 'koff.localhost']) {
      expect([host, await status(host)]).toEqual([host, 200])
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1', '[::2]']) {
      expect([host, await status(host)]).toEqual([host, 403])
    }
    // What scrapes or probes koff may name it as it likes: no browser reads these for a page of another origin's sake.
    expect(await status('evil.example', '/healthz')).toBe(200)
    await using open = await serverOver(async () => store, { isPublic: true })
    expect((await raw('/api/about', { host: 'koff.example' }, 'GET', open)).status).toBe(200)
  })
})
