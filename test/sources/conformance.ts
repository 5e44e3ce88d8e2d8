import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import type { Source } from '../../src/engine/source.ts'
import type { Input } from '../../src/state/input.ts'

/** A place to read from that does not change, and the same place when it cannot be read. */
export interface SourceUnderTest {
  /** Each time a source of its own, from the beginning. Where it is live, what was there comes first. */
  readonly open: () => Promise<Source>
  /** It does not end by itself. */
  readonly isLive: boolean
  /** Record batches that are there; several partitions of several batches. */
  readonly batches: () => Promise<number>
  /** A place that is not there or cannot be read: opening or reading it has to fail. */
  readonly openBroken: () => Promise<Source>
}

/** What every source must do (src/engine/source.ts), wherever it reads from. */
export function sourceConformance(name: string, place: SourceUnderTest): void {
  describe(`the contract of sources, kept by ${name}`, () => {
    test('every partition comes in the order of its log, nothing twice', async () => {
      const batches = await readAll(place)
      expect(batches).toHaveLength(await place.batches())
      for (const [, inPartition] of Map.groupBy(batches, ({ partition }) => partition)) {
        const offsets = inPartition.map(({ offset }) => offset)
        expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b))
      }
      expect(new Set(batches.map(({ partition }) => partition)).size).toBeGreaterThan(1)
    })

    test('opened again it gives the same', async () => {
      expect(byPartition(await readAll(place))).toEqual(byPartition(await readAll(place)))
    })

    test('a slow reader gets the same, and a chunk is valid until the next one is requested', async () => {
      const slow = await readAll(place, async chunk => {
        const before = seen(chunk)
        await sleep(5)
        expect(seen(chunk)).toEqual(before)
      })
      expect(byPartition(slow)).toEqual(byPartition(await readAll(place)))
    })

    test('it is read on demand: taking one chunk is fine, and it can be closed then', async () => {
      const source = await place.open()
      const chunks = source.chunks(new AbortController().signal)[Symbol.asyncIterator]()
      expect((await chunks.next()).done).not.toBe(true)
      await sleep(100)
      await chunks.return?.()
      expect((await chunks.next()).done).toBe(true)
      await source[Symbol.asyncDispose]()
    })

    test('an abort in the middle ends it, without an error and without more', async () => {
      await using source = await place.open()
      const abort = new AbortController()
      let after = 0
      for await (const chunk of source.chunks(abort.signal)) {
        if (abort.signal.aborted) after += chunk.length
        if (seen(chunk).length > 0) abort.abort(new Error('enough'))
      }
      expect(after).toBe(0)
    })

    test('under a signal that has aborted it gives no batch', async () => {
      await using source = await place.open()
      const batches: Seen[] = []
      for await (const chunk of source.chunks(AbortSignal.abort(new Error('before')))) batches.push(...seen(chunk))
      expect(batches).toEqual([])
    })

    test('it can be closed twice', async () => {
      const source = await place.open()
      await source[Symbol.asyncDispose]()
      await expect(source[Symbol.asyncDispose]()).resolves.toBeUndefined()
    })

    test('what cannot be read is a KoffError', async () => {
      const reading = async () => {
        await using source = await place.openBroken()
        for await (const chunk of source.chunks(AbortSignal.timeout(30_000))) expect(chunk).toBeDefined()
      }
      await expect(reading()).rejects.toBeInstanceOf(KoffError)
    })
  })
}

interface Seen {
  readonly partition: number
  readonly offset: number
  readonly hash: string
}

function seen(chunk: readonly Input[]): Seen[] {
  return chunk.flatMap(input => {
    if (input.kind !== 'batch') return []
    const { partition, baseOffset, bytes, start, end } = input.batch
    const hash = createHash('sha1').update(bytes.subarray(start, end)).digest('hex')
    return [{ partition, offset: baseOffset, hash }]
  })
}

/** The order between partitions is nobody's promise. */
function byPartition(batches: readonly Seen[]): ReadonlyMap<number, readonly Seen[]> {
  const partitions = Map.groupBy(batches, ({ partition }) => partition)
  return new Map([...partitions].toSorted(([a], [b]) => a - b))
}

async function readAll(place: SourceUnderTest, between?: (chunk: readonly Input[]) => Promise<void>): Promise<Seen[]> {
  await using source = await place.open()
  const expected = await place.batches()
  const end = new AbortController()
  const batches: Seen[] = []
  for await (const chunk of source.chunks(end.signal)) {
    batches.push(...seen(chunk))
    await between?.(chunk)
    if (place.isLive && batches.length >= expected) end.abort()
  }
  return batches
}
