import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openHistory, readHistory } from '../../src/history/openHistory.ts'
import { historyConformance } from './conformance.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-sqlite-'))
afterAll(() => rmSync(home, { recursive: true }))
let count = 0
const newPlace = async () => join(home, `${(count += 1)}.db`)

historyConformance('SQLite', newPlace)

test('a second instance on one file is refused, and a reader is not', async () => {
  const place = await newPlace()
  await using _ = await openHistory(place)
  await expect(openHistory(place)).rejects.toMatchObject({
    code: 'HISTORY_UNAVAILABLE',
    message: expect.stringContaining('another instance of koff writes to it'),
  })
  await using reader = await readHistory(place)
  expect(await reader.all('SELECT count(*) AS count FROM events')).toEqual([{ count: 0 }])
})
