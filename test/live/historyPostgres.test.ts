import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHistory, readHistory } from '../../src/history/openHistory.ts'
import { historyConformance } from '../history/conformance.ts'
import { questions, statementsOf } from '../history/questions.ts'
import { type Postgres, startPostgres } from '../servers/postgres.ts'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

let count = 0
async function newPlace(): Promise<string> {
  const name = `koff${(count += 1)}`
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return server.url.replace(/postgres$/, name)
}

historyConformance('PostgreSQL', newPlace)

test('a query that takes too long ends, and says what to do', async () => {
  const place = await newPlace()
  await using _ = await openHistory(place)
  await using reader = await readHistory(place, 100)
  await expect(reader.all('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: 'HISTORY_TIMEOUT' })
})

test('an unreachable database is a temporary failure, reported without its password', async () => {
  const place = 'postgres://koff:secret@127.0.0.1:1/history'
  const refused = await openHistory(place).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'HISTORY_UNAVAILABLE', retriable: true })
  expect(String(refused)).toContain('postgres://koff@127.0.0.1:1/history')
  expect(String(refused)).not.toContain('secret')
})

test('no question scans a large table', async () => {
  const place = await newPlace()
  await using store = await openHistory(place)
  // As for tables of which a scan costs more than any other plan.
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: place })
  await client.connect()
  await client.query('SET enable_seqscan = off')
  for (const [question, ask] of questions) {
    for (const [sql, parameters] of await statementsOf(store, ask)) {
      let count = 0
      const text = sql.replaceAll('?', () => `$${++count}`)
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...parameters])
      const plan = rows.map(row => row['QUERY PLAN'])
      const scans = plan.filter(line =>
        /Seq Scan on (events|states|progress|progress_tail|owner_spans|member_spans)\b/.test(line),
      )
      expect([question, scans]).toEqual([question, []])
      // Each index scan has a condition, or is in the order that is asked for.
      const bare = plan.filter((line, at) => {
        const isIndex =
          /Index (Only )?Scan.* on (events|states|progress|progress_tail|owner_spans|member_spans)\b/.test(line)
        return isIndex && !/Index Cond/.test(plan[at + 1] ?? '') && !/LIMIT/.test(sql)
      })
      expect([question, bare]).toEqual([question, []])
    }
  }
  await client.end()
})
