import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { readHistory } from '../../../src/history/openHistory.ts'
import { eventOf } from '../../../src/history/sql/eventRow.ts'
import { historySink } from '../../../src/sinks/history/sink.ts'
import { sinkConformance } from '../conformance.ts'
import { events } from '../events.ts'
import type { Received } from '../received.ts'

const running = new AbortController().signal
const home = mkdtempSync(join(tmpdir(), 'koff-history-'))
afterAll(() => rmSync(home, { recursive: true }))

let files = 0
const newFile = () => join(home, String((files += 1)), 'history.db')

async function rows(file: string): Promise<Received[]> {
  await using reader = await readHistory(file)
  const found = await reader.all('SELECT id, "group" FROM events ORDER BY sequence')
  return found.map(({ id, group }) => ({ id: String(id), group: String(group) }))
}

sinkConformance('history', async () => {
  const file = newFile()
  const sink = historySink({ file, deliveryTimeoutMs: 10_000 })
  return {
    sink,
    received: () => rows(file),
    // Another program writes, and takes its time.
    stall: async () => {
      const other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      return async () => {
        other.exec('COMMIT')
        other.close()
      }
    },
    fail: async () => {
      const other = new DatabaseSync(file)
      other.exec('ALTER TABLE events RENAME TO elsewhere')
      return async () => {
        other.exec('ALTER TABLE elsewhere RENAME TO events')
        other.close()
        return sink
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
})

test('an event that comes again is there once, whole, also when another process wrote it', async () => {
  const file = newFile()
  for (const count of [20, 50]) {
    await using sink = historySink({ file })
    await sink.open(running)
    await sink.write(events(count), running)
  }
  await using reader = await readHistory(file)
  const stored = await reader.all(`SELECT * FROM events ORDER BY sequence`)
  expect(stored.map(eventOf)).toEqual(events(50))
})

test('the same id in another cluster is another event', async () => {
  const file = newFile()
  await using sink = historySink({ file })
  await sink.open(running)
  await sink.write(events(3), running)
  await sink.write(
    events(3).map(event => ({ ...event, cluster: 'c2' })),
    running,
  )
  expect(await rows(file)).toHaveLength(6)
})

test('a file that another program has locked for long fails as what time mends, and says which', async () => {
  const file = newFile()
  await using sink = historySink({ file, deliveryTimeoutMs: 100 })
  await sink.open(running)
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  await expect(sink.write(events(1), running)).rejects.toMatchObject({
    code: 'HISTORY_UNAVAILABLE',
    retriable: true,
    message: `history ${file}: database is locked`,
  })
  other.close()
})

test('a file that is not a history fails at the start', async () => {
  await using sink = historySink({ file: import.meta.filename })
  await expect(sink.open(running)).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE', retriable: false })
})
