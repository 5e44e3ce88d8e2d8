import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory } from '../../src/history/openHistory.ts'
import type { HistoryStore } from '../../src/history/store.ts'
import { historySink } from '../../src/sinks/history/sink.ts'
import { corpusFile, eventsOf, inputsOf } from '../engine/replay.ts'

const running = new AbortController().signal

async function recorded() {
  const events = eventsOf(await inputsOf(corpusFile('dev')), { cluster: 'c1' })
  return events.map(event => ({ kind: 'event', event }) as const)
}

/** Lets a SQLite database grow to so many pages; SQLite then fails as on a full disk. */
async function limitPages(store: HistoryStore, pages: number): Promise<void> {
  await store.all(`PRAGMA max_page_count = ${pages}`)
}

test('a database that is full takes nothing of a write, says so, and takes all of it when there is room', async () => {
  const home = mkdtempSync(join(tmpdir(), 'koff-full-'))
  const items = await recorded()
  await using store = await openHistory(join(home, 'history.db'))
  await store.write(items.slice(0, 10))
  await limitPages(store, 1)
  const refused = await store.write(items).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'HISTORY_UNAVAILABLE',
    retriable: true,
    message: expect.stringContaining('full'),
  })
  expect(await store.all('SELECT count(*) AS count FROM events')).toEqual([{ count: 10 }])
  await limitPages(store, 1_000_000)
  expect(await store.write(items)).toEqual({ events: items.length - 10, items: 0 })
  rmSync(home, { recursive: true })
})

/** A file system of a few megabytes needs root on Linux, and a kernel that lets it mount. */
function mountSmall(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'koff-small-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'koff-test', folder])
  if (mounted.status === 0) return folder
  rmSync(folder, { recursive: true })
  return null
}

const folder = mountSmall()

// Without root there is no small disk to fill; the test above has the same error from SQLite.
test.runIf(folder !== null)(
  'a sink on a disk that is full waits, and writes each event once when there is room',
  async () => {
    if (folder === null) throw new Error('no small disk')
    try {
      const items = await recorded()
      const filler = join(folder, 'filler')
      const errors: string[] = []
      const sink = historySink({
        file: join(folder, 'history.db'),
        deliveryTimeoutMs: 60_000,
        retried: ({ message }) => {
          errors.push(message)
          if (errors.length === 2) rmSync(filler)
        },
      })
      await using _ = sink
      await sink.open(running)
      spawnSync('sh', ['-c', `cat /dev/zero >${filler}`])
      await sink.keep(items, running)
      expect(errors[0]).toMatch(/full|disk I\/O|no space/i)
      const store = await openHistoryAfter(sink)
      expect(await store.all('SELECT count(*) AS count, count(DISTINCT id) AS ids FROM events')).toEqual([
        { count: items.length, ids: items.length },
      ])
      await store[Symbol.asyncDispose]()
    } finally {
      spawnSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

async function openHistoryAfter(sink: AsyncDisposable): Promise<HistoryStore> {
  await sink[Symbol.asyncDispose]()
  return openHistory(join(folder ?? '', 'history.db'))
}
