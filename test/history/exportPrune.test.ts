import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { fillHistory } from '../../src/history/fill.ts'
import { importEvents } from '../../src/history/import/importEvents.ts'
import { openHistory } from '../../src/history/openHistory.ts'
import { groupsAt } from '../../src/history/queries/groupsAt.ts'
import { ownersOf } from '../../src/history/queries/owners.ts'
import { verify } from '../../src/history/verify.ts'
import { runKoff } from '../commands/runKoff.ts'
import { corpusFile, eventsOf, inputsOf } from '../engine/replay.ts'
import { sourceOf } from './sourceOf.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-export-'))
afterAll(() => rmSync(home, { recursive: true }))
const running = new AbortController().signal

async function filled(name: string) {
  const place = join(home, name)
  const store = await openHistory(place)
  const fold = new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
  const source = sourceOf(await inputsOf(corpusFile('dev')), 100)
  await fillHistory({ source, fold, cluster: 'c1', store, wants: () => true, signal: running })
  return { place, store }
}

async function* pieces<T>(all: readonly T[]) {
  for (let at = 0; at < all.length; at += 100) yield all.slice(at, at + 100)
}

test('DuckDB reads the Parquet file that an export makes, types and all', async () => {
  const { place, store } = await filled('export.db')
  await store[Symbol.asyncDispose]()
  const file = join(home, 'events.parquet')
  expect((await runKoff(['history', 'export', '--to', file, '--history', place])).code).toBe(0)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  const expected = eventsOf(await inputsOf(corpusFile('dev')))
  expect(await ask(`SELECT count(*)::INT, count(DISTINCT id)::INT FROM '${file}'`)).toEqual([
    [expected.length, expected.length],
  ])
  const types = await ask(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${file}')`)
  expect(types).toContainEqual(['time', 'TIMESTAMP'])
  expect(types).toContainEqual(['partition', 'INTEGER'])
  const first = expected.find(({ type }) => type === 'offset-reset')
  const found = await ask(
    `SELECT epoch_ms(time)::DOUBLE, "group", topic, data->>'direction' FROM '${file}' WHERE id = '${first?.id}'`,
  )
  expect(found).toEqual([[first?.time, first?.group, 't-a', expect.stringMatching(/ward$/)]])
  connection.closeSync()
})

test('CSV and NDJSON hold the same events, and a filter counts', async () => {
  const { place, store } = await filled('text.db')
  await store[Symbol.asyncDispose]()
  const [csv, ndjson] = [join(home, 'events.csv'), join(home, 'events.ndjson')]
  await runKoff(['history', 'export', '--to', csv, '--history', place])
  const { stderr } = await runKoff(['history', 'export', '--to', ndjson, '--event', 'rebalance', '--history', place])
  const all = eventsOf(await inputsOf(corpusFile('dev')))
  expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(all.length + 2)
  const rebalances = all.filter(({ type }) => type === 'rebalance')
  expect(stderr).toBe(`koff: ${ndjson}: ${rebalances.length} events\n`)
  expect(readFileSync(ndjson, 'utf8').trim().split('\n')).toHaveLength(rebalances.length)
})

test('pruning keeps how groups stood at that time and conditions that have not ended, and gives space back', async () => {
  const { place, store } = await filled('prune.db')
  await using _ = store
  const times = (await store.all('SELECT time FROM events ORDER BY time')).map(({ time }) => Number(time))
  const middle = times[Math.floor(times.length / 2)] ?? 0
  const at = async (time: number) => (await groupsAt(store, { cluster: 'c1', at: time })).groups
  const last = times.at(-1) ?? 0
  const wanted = [await at(middle), await at(last)]
  await store.all('PRAGMA wal_checkpoint(TRUNCATE)')
  const before = statSync(place).size
  const pruned = await store.prune({ before: middle })
  const open = await store.all('SELECT closed FROM events WHERE time < ?', [middle])
  expect(open.length).toBeGreaterThan(0)
  expect(open.filter(({ closed }) => Number(closed) < middle)).toEqual([])
  expect(pruned['events']).toBe(times.filter(time => time < middle).length - open.length)
  expect([await at(middle), await at(last)]).toEqual(wanted)
  await store.all('PRAGMA wal_checkpoint(TRUNCATE)')
  expect(statSync(place).size).toBeLessThan(before)
  const rest = await store.prune({ eventsBefore: new Map([['rebalance', last + 1]]) })
  expect(rest['events']).toBeGreaterThan(0)
  expect(await store.all(`SELECT count(*) AS count FROM events WHERE type = 'rebalance'`)).toEqual([{ count: 0 }])
})

test('a history that is filled from events alone knows members and owners', async () => {
  const { store } = await filled('full.db')
  await using full = store
  await using imported = await openHistory(join(home, 'imported.db'))
  const events = eventsOf(await inputsOf(corpusFile('dev')), { cluster: 'c1' })
  const options = { isWhole: () => true, signal: running, store: imported }
  await importEvents({ ...options, events: pieces(events) })
  expect(await importEvents({ ...options, events: pieces(events) })).toEqual({ events: 0, items: 0 })
  // No event tells the client id of a static member that comes back.
  const members = `SELECT "group", member, instance, CASE WHEN instance IS NULL THEN client END AS client, host, from_time, to_time FROM member_spans ORDER BY "group", member, from_time`
  expect(await imported.all(members)).toEqual(await full.all(members))
  const owned = async (of: typeof full) => {
    const found = await ownersOf(of, { cluster: 'c1', topic: 't-a', group: 'dev-classic-range', from: 0, to: 2 ** 50 })
    return found.map(({ memberId, partition, from }) => [memberId, partition, from])
  }
  expect(await owned(imported)).toEqual(await owned(full))
})

test('verifying names what is missing, extra and different', async () => {
  await using store = await openHistory(join(home, 'verify.db'))
  const events = eventsOf(await inputsOf(corpusFile('dev')), { cluster: 'c1', types: new Set(eventTypes) })
  const stored = events.filter((_, at) => at !== 7)
  await store.write(
    stored.map((event, at) => ({ kind: 'event', event: at === 9 ? { ...event, severity: 'error' } : event })),
  )
  const topic = events.filter((_, at) => at !== 20)
  const found: string[] = []
  for await (const { id, fault } of verify({ events: pieces(topic), reader: store, cluster: 'c1' }))
    found.push(`${fault} ${id}`)
  expect(found.toSorted(byText)).toEqual(
    [`missing ${events[7]?.id}`, `different ${stored[9]?.id}`, `extra ${events[20]?.id}`].toSorted(byText),
  )
})

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}
