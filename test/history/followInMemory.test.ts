import { expect, test } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import type { Source } from '../../src/engine/source.ts'
import { fillHistory } from '../../src/history/fill.ts'
import { openMemoryHistory } from '../../src/history/openHistory.ts'
import { uncovered } from '../../src/history/queries/coverage.ts'
import { eventsPage } from '../../src/history/queries/events.ts'
import { openFiles } from '../../src/sources/openFiles.ts'
import { until } from '../clients/until.ts'

const recording = 'test/corpus/dev.records.ndjson.gz'

/** A recording that does not end, as a log that is followed. */
async function endless(): Promise<Source> {
  const file = await openFiles([recording])
  return {
    cluster: '',
    async *chunks(signal) {
      yield* file.chunks(signal)
      if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

test('what a followed log has is in the history, and covered, while it goes on', async () => {
  await using source = await endless()
  await using store = await openMemoryHistory(5_000)
  const ending = new AbortController()
  const fold = new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
  const filling = fillHistory({
    source,
    fold,
    cluster: 'c1',
    store,
    wants: () => true,
    follows: true,
    signal: ending.signal,
  })
  const count = async () => (await eventsPage(store, { cluster: 'c1' })).events.length
  await until({ what: 'all events of the recording', ask: count, good: events => events === 639 })
  const { events } = await eventsPage(store, { cluster: 'c1', order: 'newest', limit: 1 })
  const time = events[0]?.event.time ?? 0
  expect(await uncovered(store, { cluster: 'c1', knows: 'owners', from: 0, to: time })).toEqual([])
  ending.abort()
  await filling
})
