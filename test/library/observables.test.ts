import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Source } from '../../src/engine/source.ts'
import { events$, groups$, records$ } from '../../src/library/observables.ts'
import { openFiles } from '../../src/sources/openFiles.ts'
import { corpusFile, eventsOf, inputsOf } from '../engine/replay.ts'

const dev = corpusFile('dev')

/** A recording, and how often its source was opened and closed. */
function watched() {
  const seen = { opened: 0, closed: 0 }
  const source = async (): Promise<Source> => {
    seen.opened++
    const opened = await openFiles([dev])
    const dispose = async () => {
      seen.closed++
      await opened[Symbol.asyncDispose]()
    }
    return { cluster: opened.cluster, chunks: signal => opened.chunks(signal), [Symbol.asyncDispose]: dispose }
  }
  return { seen, source }
}

describe('events$', () => {
  it('gives the events of its source, completes with it, and closes it', async () => {
    const { seen, source } = watched()
    const events = await lastValueFrom(events$({ source, history: 'none' }).pipe(toArray()))
    expect(events).toEqual(eventsOf(await inputsOf(dev)))
    expect(seen).toEqual({ opened: 1, closed: 1 })
  })

  it('closes its source where the subscriber has enough, and opens it again for the next one', async () => {
    const { seen, source } = watched()
    const first$ = events$({ source, history: 'none' }).pipe(take(3), toArray())
    const ids = (await firstValueFrom(first$)).map(({ id }) => id)
    expect((await firstValueFrom(first$)).map(({ id }) => id)).toEqual(ids)
    await expect.poll(() => seen).toEqual({ opened: 2, closed: 2 })
  })

  it('fails with the error of its source', async () => {
    const source = () => openFiles(['nowhere.ndjson'])
    await expect(lastValueFrom(events$({ source }))).rejects.toMatchObject({
      message: expect.stringContaining('nowhere'),
    })
  })
})

describe('groups$', () => {
  it('gives each group as it is in the end, last', async () => {
    const { source } = watched()
    const views = await lastValueFrom(groups$({ source, history: 'none' }).pipe(toArray()))
    const last = new Map(views.map(view => [view.group, view]))
    const gone = new Set(eventsOf(await inputsOf(dev)).flatMap(e => (e.type === 'group-deleted' ? [e.group] : [])))
    expect(last.size).toBeGreaterThan(5)
    expect([...last.keys()].some(group => !gone.has(group))).toBe(true)
  })
})

describe('records$', () => {
  it('gives every record and marker of its source', async () => {
    const { source } = watched()
    const messages = await lastValueFrom(records$({ source }).pipe(toArray()))
    expect(messages.length).toBeGreaterThan(2_000)
    expect(messages.some(({ kind }) => kind === 'marker')).toBe(true)
  })
})
