import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { type Sample, sampledSource } from '../../src/engine/sampledSource.ts'
import type { Source } from '../../src/engine/source.ts'
import type { Input } from '../../src/state/input.ts'

const at = (partition: number, position: number): Input => ({
  kind: 'position',
  partition,
  position,
  logEnd: position,
  timestamp: 0,
})
const end = (logEnd: number): Sample['inputs'][number] => ({
  kind: 'logEnd',
  topic: 'orders',
  partition: 0,
  logStart: 0,
  logEnd,
  timestamp: 7,
})

/** A source that gives what it is handed, when it is handed it. */
function handFed() {
  const queue: (readonly Input[] | null)[] = []
  let wake = () => undefined as void
  const source: Source = {
    cluster: 'c',
    async *chunks(signal) {
      signal.addEventListener('abort', () => wake())
      for (;;) {
        while (queue.length === 0 && !signal.aborted) await new Promise<void>(resolve => (wake = resolve))
        const chunk = queue.shift()
        if (chunk === null || chunk === undefined) return
        yield chunk
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const feed = (chunk: readonly Input[] | null) => {
    queue.push(chunk)
    wake()
  }
  return { source, feed }
}

/** Everything that comes, as it comes. */
function listen(source: Source) {
  const heard: Input[] = []
  const stop = new AbortController()
  const done = (async () => {
    for await (const chunk of source.chunks(stop.signal)) heard.push(...chunk)
  })()
  const until = async (count: number) => {
    while (heard.length < count) await sleep(2)
    return heard
  }
  return { heard, until, done }
}

describe('a sampled source', () => {
  it('yields a sample once everything that was in the log at that time has been read, with the time before the sample', async () => {
    const { source, feed } = handFed()
    const asked: number[][] = []
    const sample = async (positions: ReadonlyMap<number, number>): Promise<Sample> => {
      asked.push([...positions.keys()])
      return { inputs: [end(5)], readEnds: new Map([[3, 10]]) }
    }
    const { until, done } = listen(sampledSource({ source, everyMs: 400, sample, now: () => 1_000 }))
    feed([at(3, 9)])
    await until(1)
    while (asked.length === 0) await sleep(2)
    feed([at(4, 1)])
    expect(await until(2)).toEqual([at(3, 9), at(4, 1)])
    feed([at(3, 10)])
    expect((await until(5)).slice(2)).toEqual([at(3, 10), end(5), { kind: 'tick', timestamp: 1_000, partitions: [3] }])
    feed(null)
    await done
    expect(asked[0]).toEqual([3])
  })

  it('continues without the partitions that are not read by the next sample', async () => {
    const { source, feed } = handFed()
    const sample = async (): Promise<Sample> => ({
      inputs: [],
      readEnds: new Map([
        [1, 5],
        [2, 5],
      ]),
    })
    const { until, done } = listen(sampledSource({ source, everyMs: 20, sample, now: () => 1 }))
    feed([at(1, 5), at(2, 4)])
    expect((await until(3)).at(-1)).toEqual({ kind: 'tick', timestamp: 1, partitions: [1] })
    feed(null)
    await done
  })

  it('does not hold records back while a sample is pending', async () => {
    const { source, feed } = handFed()
    const never = new Promise<Sample>(() => undefined)
    let asked = 0
    const sample = () => {
      asked++
      return never
    }
    const { until } = listen(sampledSource({ source, everyMs: 5, sample }))
    feed([at(1, 5)])
    await until(1)
    await vi.waitFor(() => expect(asked).toBe(1))
    await sleep(20)
    feed([at(1, 6)])
    expect(await until(2)).toEqual([at(1, 5), at(1, 6)])
    expect(asked).toBe(1)
  })

  it('is sampled once more at its end, and fails with what a sample fails with', async () => {
    const { source, feed } = handFed()
    const sample = async (): Promise<Sample> => ({ inputs: [end(1)], readEnds: new Map([[1, 5]]) })
    const { heard, done } = listen(sampledSource({ source, everyMs: 3_600_000, sample, now: () => 2 }))
    feed([at(1, 5)])
    feed(null)
    await done
    expect(heard).toEqual([at(1, 5), end(1), { kind: 'tick', timestamp: 2, partitions: [1] }])

    const broken = handFed()
    const failing = listen(
      sampledSource({ source: broken.source, everyMs: 1, sample: () => Promise.reject(new Error('no')) }),
    )
    await expect(failing.done).rejects.toThrow('no')
  })
})
