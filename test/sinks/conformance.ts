import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import type { Sink } from '../../src/engine/sink.ts'
import { events } from './events.ts'
import { byGroup, firstOfEach, type Received } from './received.ts'

/** A sink that is not yet open, and the place it writes to, which can be looked at and made to misbehave. */
export interface SinkUnderTest extends AsyncDisposable {
  readonly sink: Sink
  /** What is durable there now, in order within each group; something that was written twice is there twice. */
  readonly received: () => Promise<readonly Received[]>
  /** From now on the place takes nothing and says nothing, until the function that it gives is called. */
  readonly stall: () => Promise<() => Promise<void>>
  /**
   * From now on the place fails, and the sink soon with it, until the function that it gives is called. That gives the
   * sink to go on with: another one, not open yet, where what the first one wrote to is lost for good.
   */
  readonly fail: () => Promise<() => Promise<Sink>>
}

/** What every sink must do (src/engine/sink.ts), whatever it writes to. */
export function sinkConformance(name: string, create: () => Promise<SinkUnderTest>): void {
  describe(`the contract of sinks, kept by ${name}`, () => {
    const opened: SinkUnderTest[] = []
    afterEach(async () => {
      for (const one of opened.splice(0)) {
        await one.sink[Symbol.asyncDispose]()
        await one[Symbol.asyncDispose]()
      }
    })
    const open = async () => {
      const one = await create()
      opened.push(one)
      await one.sink.open(running)
      return one
    }

    test('events are there when the write resolves, each once and in the order of each group', async () => {
      const { sink, received } = await open()
      const all = events(300)
      for (let at = 0; at < all.length; at += 100) await sink.write(all.slice(at, at + 100), running)
      expect(byGroup(await received())).toEqual(byGroup(all))
    })

    test('no events are no work', async () => {
      const { sink, received } = await open()
      await sink.write([], running)
      expect(await received()).toEqual([])
    })

    test('a write to a slow place does not resolve before the place has taken everything', async () => {
      const { sink, received, stall } = await open()
      await sink.write(events(1), running)
      const resume = await stall()
      const state = { written: false }
      const writing = sink.write(events(2_000).slice(1), running).then(() => (state.written = true))
      await sleep(500)
      expect(state.written).toBe(false)
      await resume()
      await writing
      expect(byGroup(await received())).toEqual(byGroup(events(2_000)))
    })

    test('a write that fails rejects with a KoffError, and can be made again with nothing lost and the order kept', async () => {
      const { sink, received, fail } = await open()
      await sink.write(events(10), running)
      const mend = await fail()
      expect(await outcome(sink.write(events(50).slice(10), running))).toBeInstanceOf(KoffError)
      const mended = await mend()
      if (mended !== sink) await mended.open(running)
      await mended.write(events(50).slice(10), running)
      expect(byGroup(firstOfEach(await received()))).toEqual(byGroup(events(50)))
    })

    test('a write that is aborted ends soon, with the reason, and can be made again with nothing lost and the order kept', async () => {
      const { sink, received, stall } = await open()
      await sink.write(events(10), running)
      const resume = await stall()
      const abort = new AbortController()
      const reason = new Error('enough')
      const writing = outcome(sink.write(events(2_000).slice(10), abort.signal))
      await sleep(200)
      const before = performance.now()
      abort.abort(reason)
      expect(await writing).toBe(reason)
      expect(performance.now() - before).toBeLessThan(10_000)
      await resume()
      await sink.write(events(2_000).slice(10), running)
      expect(byGroup(firstOfEach(await received()))).toEqual(byGroup(events(2_000)))
    })

    test('nothing is written under a signal that has aborted', async () => {
      const { sink, received } = await open()
      await expect(sink.write(events(5), AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
      expect(await received()).toEqual([])
    })

    test('it can be closed twice, and refuses to be written to afterwards', async () => {
      const { sink, received } = await open()
      await sink.write(events(3), running)
      await sink[Symbol.asyncDispose]()
      await sink[Symbol.asyncDispose]()
      await expect(sink.write(events(4).slice(3), running)).rejects.toBeInstanceOf(KoffError)
      expect(byGroup(await received())).toEqual(byGroup(events(3)))
    })
  })
}

/** Of a run that nobody stops. */
const running = new AbortController().signal

/** What it was rejected with; `done` where it was not. */
async function outcome(writing: Promise<void>): Promise<unknown> {
  try {
    await writing
    return 'done'
  } catch (error) {
    return error
  }
}
