import fc from 'fast-check'
import { concatMap, type Observable, tap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Chunk } from '../../src/pipeline/chunk.ts'
import { source } from '../../src/pipeline/source.ts'

interface Story {
  /** For each chunk: how many turns of the event loop the source and the sink take. */
  readonly chunks: readonly { readonly read: number; readonly deliver: number }[]
  readonly end: 'complete' | 'source fails' | 'sink fails' | 'unsubscribe'
  /** The chunk at which the sink fails, or after so many of which it is unsubscribed. */
  readonly at: number
}

const story: fc.Arbitrary<Story> = fc.record({
  chunks: fc.array(fc.record({ read: fc.nat({ max: 2 }), deliver: fc.nat({ max: 2 }) }), { maxLength: 8 }),
  end: fc.constantFrom('complete', 'source fails', 'sink fails', 'unsubscribe'),
  at: fc.nat({ max: 7 }),
})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** What happened, in order. */
async function play({ chunks, end, at }: Story) {
  const seen = {
    underWay: 0,
    most: 0,
    opened: 0,
    closed: 0,
    aborted: 0,
    delivered: [] as number[],
    late: 0,
    result: '',
  }
  let isOver = false
  async function* read(signal: AbortSignal) {
    seen.opened++
    signal.addEventListener('abort', () => seen.aborted++)
    try {
      for (const [number, { read: count }] of chunks.entries()) {
        await turns(count)
        if (signal.aborted) return
        seen.underWay++
        seen.most = Math.max(seen.most, seen.underWay)
        yield [number]
      }
      if (end === 'source fails') throw new Error('source')
    } finally {
      seen.closed++
    }
  }
  const deliver = async (chunk: Chunk<number>) => {
    const [number = -1] = chunk.items
    await turns(chunks[number]?.deliver ?? 0)
    if (end === 'sink fails' && number === at) throw new Error('sink')
    seen.underWay--
    seen.delivered.push(number)
    return chunk
  }
  const way: Observable<unknown> = source(read).pipe(
    concatMap(deliver),
    tap(chunk => queueMicrotask(chunk.delivered)),
  )
  await new Promise<void>(resolve => {
    const over = (result: string) => {
      seen.result = result
      isOver = true
      resolve()
    }
    const subscription = way.subscribe({
      next: () => {
        if (isOver) seen.late++
        if (end !== 'unsubscribe' || seen.delivered.length <= at) return
        queueMicrotask(() => {
          subscription.unsubscribe()
          over('unsubscribed')
        })
      },
      error: (error: Error) => over(error.message),
      complete: () => over('complete'),
    })
  })
  await turns(5)
  return seen
}

function resultOf({ chunks, end, at }: Story): string {
  if (end === 'source fails') return 'source'
  if (at >= chunks.length || end === 'complete') return 'complete'
  return end === 'sink fails' ? 'sink' : 'unsubscribed'
}

function deliveredOf({ chunks, end, at }: Story): number {
  if (at >= chunks.length || end === 'complete' || end === 'source fails') return chunks.length
  return end === 'sink fails' ? at : at + 1
}

describe('a source', () => {
  it('has one chunk under way at most, and ends once, whatever the sink does and however it ends', async () => {
    await fc.assert(
      fc.asyncProperty(story, async given => {
        const seen = await play(given)
        expect(seen.most).toBeLessThanOrEqual(1)
        expect([seen.opened, seen.closed, seen.aborted, seen.late]).toEqual([1, 1, 1, 0])
        expect(seen.delivered).toEqual(seen.delivered.map((_, number) => number))
        expect(seen.result).toBe(resultOf(given))
        expect(seen.delivered.length).toBe(deliveredOf(given))
      }),
      { numRuns: 300 },
    )
  })

  it('reads nothing before it is subscribed to, and opens again for each subscription', async () => {
    let opened = 0
    async function* read() {
      opened++
      yield [1]
    }
    const chunks$ = source(read)
    expect(opened).toBe(0)
    for (let n = 0; n < 2; n++) await chunks$.forEach(({ delivered }) => delivered())
    expect(opened).toBe(2)
  })

  it('does not grow the stack where chunks are there at once and delivered at once', async () => {
    async function* read() {
      for (let n = 0; n < 50_000; n++) yield [n]
    }
    let last = -1
    await source(read).forEach(({ items, delivered }) => {
      for (const n of items) last = n
      delivered()
    })
    expect(last).toBe(49_999)
  })
})
