import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openHistory, readHistoryBeside } from '../../../src/history/openHistory.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-thread-'))
afterAll(() => rmSync(home, { recursive: true }))

const endless = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n'

test('a query that finds no row ends with its time limit, and others go on meanwhile and after it', async () => {
  const place = join(home, 'limit.db')
  await using store = await openHistory(place)
  expect(store.name).toBe(place)
  await using reader = await readHistoryBeside(place, 200)
  const order: string[] = []
  const slow = [reader.all(endless), reader.all(endless)]
  const refused = slow.map(async one => {
    await expect(one).rejects.toMatchObject({ code: 'HISTORY_TIMEOUT' })
    order.push('refused')
  })
  setTimeout(() => order.push('this thread is free'), 1)
  const behind = reader.all('SELECT ? AS value', ['a\0b'])
  await Promise.all(refused)
  expect(order).toEqual(['this thread is free', 'refused', 'refused'])
  expect(await behind).toEqual([{ value: 'a\0b' }])
  expect(await Promise.all([1, 2, 3].map(value => reader.all('SELECT ? AS value', [value])))).toEqual([
    [{ value: 1 }],
    [{ value: 2 }],
    [{ value: 3 }],
  ])
})

test('a fault keeps its code and its words, and what is no history is refused at once', async () => {
  const place = join(home, 'fault.db')
  await using _ = await openHistory(place)
  await using reader = await readHistoryBeside(place, 1_000)
  await expect(reader.all('SELECT * FROM nothing')).rejects.toMatchObject({
    code: 'HISTORY_UNAVAILABLE',
    message: expect.stringContaining(`history ${place}: `),
  })
  await expect(readHistoryBeside(join(home, 'none.db'), 1_000)).rejects.toMatchObject({
    code: 'HISTORY_UNAVAILABLE',
    message: expect.stringContaining('none.db'),
  })
})
