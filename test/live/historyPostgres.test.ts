import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHistory, readHistory } from '../../src/history/openHistory.ts'
import { historyConformance } from '../history/conformance.ts'
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
