import { describe, expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import type { Outcome } from '../../src/pipeline/conditions.ts'
import type { Diffed } from '../../src/pipeline/diff.ts'
import { pipeline } from '../../src/pipeline/pipeline.ts'
import { openFiles } from '../../src/sources/openFiles.ts'
import { corpusFile, eventsOf, inputsOf } from '../engine/replay.ts'
import { batchOf, commitOf } from '../state/batchOf.ts'

const dev = corpusFile('dev')
const newFold = () => new Fold({ cluster: '', history: 'none' })

describe('the pipeline', () => {
  it('gives the events of a recording that its inputs give one by one', async () => {
    const fold = newFold()
    const events: KoffEvent[] = []
    await using source = await openFiles([dev])
    const take = (outcome: Outcome) => void events.push(...outcome.events)
    const delivery = { take: (outcome: Outcome) => (take(outcome), undefined), endChunk: async () => undefined }
    await pipeline({ chunks: signal => source.chunks(signal), fold, delivery }).forEach(() => undefined)
    expect(events.length).toBeGreaterThan(100)
    expect([...events, ...fold.end()]).toEqual(eventsOf(await inputsOf(dev)))
  })

  it('decodes a batch when the batch before it was delivered, and waits where the delivery waits', async () => {
    const batches = [1, 2, 3].map(offset => batchOf([commitOf(`g${offset}`, 't', 0, 1)], { baseOffset: offset }))
    const fold = newFold()
    const positions: number[] = []
    async function* chunks() {
      yield batches.map(batch => ({ kind: 'batch' as const, batch }))
    }
    const delivery = {
      async take() {
        positions.push(fold.stateOf(0).position)
        await new Promise(resolve => setImmediate(resolve))
        positions.push(fold.stateOf(0).position)
      },
      endChunk: async () => undefined,
    }
    await pipeline({ chunks, fold, delivery }).forEach(() => undefined)
    expect(positions).toEqual([2, 2, 3, 3, 4, 4])
  })

  it('gives one outcome for batches of a partition that only move offsets forward, and one for each where observed', async () => {
    const commits = [1, 2, 3, 4].map(offset => batchOf([commitOf('g', 't', 0, offset)], { baseOffset: offset }))
    const outcomes = async (observed?: (item: Diffed) => void) => {
      const fold = newFold()
      const positions: number[] = []
      async function* chunks() {
        yield commits.map(batch => ({ kind: 'batch' as const, batch }))
      }
      const take = () => void positions.push(fold.stateOf(0).position)
      const delivery = { take: () => (take(), undefined), endChunk: async () => undefined }
      await pipeline({ chunks, fold, observed, delivery }).forEach(() => undefined)
      return positions
    }
    // The first one creates the group.
    expect(await outcomes()).toEqual([2, 5])
    expect(await outcomes(() => undefined)).toEqual([2, 3, 4, 5])
  })
})
