import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KoffEvent } from '../../../src/events/envelope.ts'
import { openHistory } from '../../../src/history/openHistory.ts'
import type { HistoryStore } from '../../../src/history/store.ts'
import type { HttpServer } from '../../../src/web/server.ts'
import { serverOver } from '../filled.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-stream-'))
let store: HistoryStore
let server: HttpServer
let written = 0

beforeAll(async () => {
  store = await openHistory(join(home, 'stream.db'))
  server = await serverOver(async () => store)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

/** Writes events of a group, each with the next offset; returns their ids. */
async function write(group: string, count: number): Promise<readonly string[]> {
  const events = Array.from({ length: count }, (): KoffEvent => {
    const offset = written++
    return {
      id: `0-${offset}-0`,
      type: 'group-deleted',
      cluster: 'c1',
      group,
      groupType: 'classic',
      time: offset,
      severity: 'warn',
      source: { kind: 'log', partition: 0, offset, timestamp: offset, after: null, before: null, sequence: null },
      part: 1,
      parts: 1,
      truncated: false,
      data: { lastEpoch: 1, offsetsDeleted: 0 },
    }
  })
  await store.write(events.map(event => ({ kind: 'event', event })))
  return events.map(({ id }) => id)
}

interface Follower extends Disposable {
  /** The next so many events: the id of the stream, the type, and the id of the event. */
  take(count: number): Promise<readonly (readonly [lastId: string, type: string, id: string])[]>
}

async function follow(query = '', lastId?: string): Promise<Follower> {
  const closing = new AbortController()
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId }
  const response = await fetch(`${server.url}/api/events/stream${query}`, { headers, signal: closing.signal })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async take(count) {
      const found: (readonly [string, string, string])[] = []
      while (found.length < count) {
        const at = text.indexOf('\n\n')
        if (at < 0) {
          const part = await reader?.read()
          if (part === undefined || part.done) throw new Error('the stream ended')
          text += part.value
          continue
        }
        const fields = text.slice(0, at).split('\n')
        text = text.slice(at + 2)
        const field = (name: string) => fields.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
        const data = field('data')
        if (data === undefined) continue
        found.push([field('id') ?? '', field('event') ?? '', (JSON.parse(data) as KoffEvent).id])
      }
      return found
    },
    [Symbol.dispose]: () => closing.abort(),
  }
}

test('events come as they are written, and a client that was cut off misses and repeats none', async () => {
  await write('before', 3)
  let lastId = ''
  const seen: string[] = []
  const all: string[] = []
  {
    using live = await follow()
    all.push(...(await write('g', 2)))
    for (const [id, type, event] of await live.take(2)) {
      expect(type).toBe('group-deleted')
      seen.push(event)
      lastId = id
    }
  }
  // More than one query gives at once.
  all.push(...(await write('g', 1_500)))
  using again = await follow('', lastId)
  seen.push(...(await again.take(1_500)).map(([, , id]) => id))
  all.push(...(await write('g', 1)))
  seen.push(...(await again.take(1)).map(([, , id]) => id))
  expect(seen).toEqual(all)
})

test('a filter leaves out what does not fit, and begins behind a place of the history', async () => {
  const sequence = Number((await store.all('SELECT max(sequence) AS last FROM events'))[0]?.['last'])
  await write('other', 2)
  const wanted = await write('wanted', 2)
  using live = await follow(`?group=wanted&type=group-*&severity=warn&after=${sequence}`)
  expect((await live.take(2)).map(([, , id]) => id)).toEqual(wanted)
})

test('an id that is none is refused, HEAD has no body, and a server that ends cuts its streams', async () => {
  const refused = await fetch(`${server.url}/api/events/stream`, {
    headers: { 'last-event-id': '1; DROP TABLE events' },
  })
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('Last-Event-ID: must be the id'),
  ])
  const head = await fetch(`${server.url}/api/events/stream`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  const other = await serverOver(async () => store)
  const response = await fetch(`${other.url}/api/events/stream`)
  await other[Symbol.asyncDispose]()
  await expect(response.text()).rejects.toThrow('terminated')
})
