import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { openHistory, readHistory } from '../../src/history/openHistory.ts'
import { eventOf } from '../../src/history/sql/eventRow.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-migrations-'))
afterAll(() => rmSync(home, { recursive: true }))

/** A file that the sink of koff 0.1 wrote, which had one table and no version. */
function oldFile(name: string): string {
  const file = join(home, name)
  writeFileSync(file, gunzipSync(readFileSync(new URL('fixtures/before-migrations.db.gz', import.meta.url))))
  return file
}

test('a file from before migrations keeps every event, whole', async () => {
  const file = oldFile('old.db')
  await using store = await openHistory(file)
  const lines = gunzipSync(readFileSync(new URL('fixtures/before-migrations.ndjson.gz', import.meta.url))).toString()
  const written = lines.trim().split('\n')
  const rows = await store.all('SELECT * FROM events')
  const stored = rows.map(row => JSON.stringify(eventOf(row)))
  expect(stored.sort()).toEqual(written.sort())
})

test('an old file that is only read is refused with what migrates it', async () => {
  await expect(readHistory(oldFile('read.db'))).rejects.toMatchObject({
    code: 'HISTORY_UNAVAILABLE',
    message: expect.stringContaining('makes or migrates it'),
  })
})

test('a file of a newer version is refused by writers and readers', async () => {
  const file = join(home, 'newer.db')
  {
    await using _ = await openHistory(file)
  }
  const database = new DatabaseSync(file)
  database.exec('UPDATE koff_history SET version = 1000')
  database.close()
  const refusal = { code: 'HISTORY_UNAVAILABLE', message: expect.stringContaining('newer version') }
  await expect(openHistory(file)).rejects.toMatchObject(refusal)
  await expect(readHistory(file)).rejects.toMatchObject(refusal)
})

test('a migration that fails leaves the file as it was', async () => {
  const file = oldFile('broken.db')
  const database = new DatabaseSync(file)
  database.exec(`UPDATE events SET event = 'no JSON' WHERE rowid = 300`)
  database.close()
  await expect(openHistory(file)).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE' })
  const after = new DatabaseSync(file, { readOnly: true })
  expect(after.prepare('SELECT count(*) AS count FROM events').get()).toEqual({ count: 357 })
  after.close()
})
