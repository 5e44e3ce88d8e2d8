import {
  bufferCount,
  concatMap,
  debounceTime,
  delay,
  distinct,
  distinctUntilChanged,
  filter,
  from,
  ignoreElements,
  map,
  mergeMap,
  NEVER,
  of,
  pairwise,
  scan,
  take,
  tap,
  throttleTime,
  throwError,
} from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import type { EventType } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { applyPipeline, pipelineTransform } from '../../src/pipelines/applyPipeline.ts'
import type { PipelineDefinition, PipelineOperator } from '../../src/pipelines/definePipeline.ts'
import { events } from '../sinks/events.ts'

const running = new AbortController().signal
type Wish = Pick<PipelineDefinition, 'on' | 'where'>
const applied = (wish: Wish, given: readonly KoffEvent[]) => applyPipeline({ name: 'p', ...wish }, given)
const typesOf = async (wish: Wish) => (await applied(wish, oneOfEach)).map(({ type }) => type)

const [template] = events(1)
if (template === undefined) throw new Error('no event')
const withType = (type: EventType, severity: string, group = 'orders-app') =>
  ({ ...template, id: type, type, severity, group }) as KoffEvent
const oneOfEach = [
  withType('member-joined', 'info'),
  withType('offset-reset', 'warn'),
  withType('offset-stalled', 'error'),
  withType('koff-caught-up', 'info', ''),
]

describe('which events a pipeline wants', () => {
  it('are all of them where it does not say', async () => {
    expect(await applied({}, oneOfEach)).toEqual(oneOfEach)
  })

  it('are types, patterns, severities, or several of these', async () => {
    expect(await typesOf({ on: 'member-joined' })).toEqual(['member-joined'])
    expect(await typesOf({ on: 'offset-*' })).toEqual(['offset-reset', 'offset-stalled'])
    expect(await typesOf({ on: 'warn' })).toEqual(['offset-reset'])
    expect(await typesOf({ on: ['error', 'member-*'] })).toEqual(['member-joined', 'offset-stalled'])
    expect(await typesOf({ on: 'default' })).toHaveLength(4)
  })

  it('can be filtered by group pattern and kind; events without a group pass', async () => {
    const groups = ['orders-a', 'orders-b', 'payments', ''].map(group => ({ ...template, group }))
    const left = async (where: Wish['where']) =>
      (await applied(where === undefined ? {} : { where }, groups)).map(({ group }) => group)
    expect(await left({ groups: ['orders-*'] })).toEqual(['orders-a', 'orders-b', ''])
    expect(await left({ groups: { include: ['orders-*'], exclude: ['*-b'] } })).toEqual(['orders-a', ''])
    expect(await left({ groups: { exclude: ['orders-?'] } })).toEqual(['payments', ''])
    expect(await left({ groupTypes: ['share'] })).toEqual([''])
    expect(await left({ groupTypes: ['share', 'classic'] })).toHaveLength(4)
  })
})

describe('operators', () => {
  const all = events(12)
  const batches = [all.slice(0, 5), all.slice(5, 6), all.slice(6)]

  /** What comes out of one batch, and of the same events in three. */
  async function outcomes(operators: readonly PipelineOperator[]) {
    const pipeline = { name: 'p', operators }
    const inThree: KoffEvent[] = []
    for (const batch of batches) inThree.push(...(await applyPipeline(pipeline, batch)))
    const ids = (list: readonly KoffEvent[]) => list.map(({ id }) => id)
    return { inOne: ids(await applyPipeline(pipeline, all)), inThree: ids(inThree) }
  }

  // These are the two lists of docs/pipelines.md.
  it.each<[string, PipelineOperator]>([
    ['filter', filter(({ type }) => type === 'member-joined')],
    ['map', map(event => ({ ...event, id: `${event.id}-x` }))],
    ['tap', tap(() => undefined)],
    ['concatMap', concatMap(async event => event)],
    ['concatMap to several', concatMap(event => from([event, { ...event, id: `${event.id}-again` }]))],
    ['ignoreElements', source => source.pipe(ignoreElements())],
    ['delay', delay(1)],
  ])('%s gives the same however the events are cut into batches', async (_, operator) => {
    const { inOne, inThree } = await outcomes([operator])
    expect(inThree).toEqual(inOne)
  })

  it.each<[string, PipelineOperator]>([
    ['scan', scan((before, event) => ({ ...event, id: `${before.id},${event.id}` }))],
    ['take', take(2)],
    ['distinct', distinct(({ type }) => type)],
    ['distinctUntilChanged', distinctUntilChanged((_a, _b) => true)],
    [
      'pairwise',
      source =>
        source.pipe(
          pairwise(),
          map(([, second]) => second),
        ),
    ],
    [
      'bufferCount',
      source =>
        source.pipe(
          bufferCount(4),
          map(([first]) => first as KoffEvent),
        ),
    ],
    ['debounceTime', debounceTime(1)],
    ['throttleTime', throttleTime(1_000)],
  ])('%s restarts with each batch, and so depends on the batches', async (_, operator) => {
    const { inOne, inThree } = await outcomes([operator])
    expect(inThree).not.toEqual(inOne)
  })

  it('mergeMap lets a quick event overtake a slow one of the same batch, but never of another', async () => {
    const slowest = (event: KoffEvent) => of(event).pipe(delay(event.source.offset % 5 === 0 ? 30 : 1))
    const { inThree } = await outcomes([mergeMap(slowest)])
    expect(inThree.slice(0, 5)).not.toEqual(all.slice(0, 5).map(({ id }) => id))
    for (const [at, batch] of [all.slice(0, 5), all.slice(5, 6), all.slice(6)].entries()) {
      const start = [0, 5, 6][at] ?? 0
      expect(new Set(inThree.slice(start, start + batch.length))).toEqual(new Set(batch.map(({ id }) => id)))
    }
  })

  it('are applied in their order', async () => {
    const named = (letter: string) => map((event: KoffEvent) => ({ ...event, id: `${event.id}${letter}` }))
    const left = await applyPipeline({ name: 'p', operators: [named('a'), named('b')] }, events(1))
    expect(left.map(({ id }) => id)).toEqual(['1-0-0ab'])
  })

  it('that fail say which pipeline', async () => {
    const failing = { name: 'mine', operators: [concatMap(() => throwError(() => new Error('no such owner')))] }
    await expect(applyPipeline(failing, events(2))).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: 'pipeline mine: an operator failed: no such owner',
    })
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined, which is not an event'],
    ['a text', 'orders-app', 'a string, which is not an event'],
    ['what it looked up in place of the event', { owner: 'me' }, 'an event whose id is not a text'],
    [
      'an id with a colon',
      { ...template, id: '1-0-0:2' },
      'an event with the id "1-0-0:2"; an id must not contain a colon',
    ],
    ['an id that is a number', { ...template, id: '17' }, 'an event with the id "17"; an id must not be a number'],
    ['a type of its own', { ...template, type: 'mine' }, 'an event of the unknown type "mine"'],
    ['no data', { ...template, data: undefined }, 'the event 1-0-0 without data'],
  ])('that give no event, but %s, say so before a sink sees it', async (_, given, what) => {
    const wrong = { name: 'mine', operators: [map(() => given as KoffEvent)] }
    await expect(applyPipeline(wrong, events(1))).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: `pipeline mine: its operators emitted ${what}`,
      retriable: false,
    })
  })

  it('that are none say so', async () => {
    const none = { name: 'mine', operators: [(() => 5) as unknown as PipelineOperator] }
    await expect(applyPipeline(none, events(1))).rejects.toMatchObject({
      message:
        'pipeline mine: an operator failed: one of them is not an RxJS operator: it does not return an Observable',
    })
  })

  it('that never complete fail after a minute, and sooner when the run ends', async () => {
    vi.useFakeTimers()
    const stuck = { name: 'mine', operators: [concatMap(() => NEVER)] }
    try {
      const failure = applyPipeline(stuck, events(2)).catch(String)
      // One timer while they run, and none that outlives them: batches come by the thousand.
      expect(vi.getTimerCount()).toBe(1)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(await failure).toContain('pipeline mine: its operators have not completed 60 s after the last event')
      await applyPipeline({ name: 'mine', operators: [tap(() => undefined)] }, events(2))
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
    const end = new AbortController()
    const reason = new Error('the end')
    const waiting = pipelineTransform(stuck)(events(2), end.signal).catch((error: unknown) => error)
    end.abort(reason)
    expect(await waiting).toBe(reason)
  })

  it('are subscribed for no batch in which nothing is wanted', async () => {
    const seen = vi.fn()
    const pipeline = { name: 'p', on: 'rebalance', operators: [tap<KoffEvent>({ subscribe: seen })] }
    expect(await pipelineTransform(pipeline)(events(5), running)).toEqual([])
    expect(seen).not.toHaveBeenCalled()
  })
})
