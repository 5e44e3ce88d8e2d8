import { describe, expect, it } from 'vitest'
import { MissingRecords, type PartLogs } from '../../src/engine/missingRecords.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { batchOf, commitOf, markerOf } from '../state/batchOf.ts'

/** A batch of `count` commits, its time its offset; `kept` of them left by compaction. */
function batch(baseOffset: number, count = 1, kept = count): RecordBatch {
  const records = Array.from({ length: count }, (_, at) => commitOf('g', 'orders', at, 1))
  return { ...batchOf(records, { baseOffset, timestamp: baseOffset }), recordCount: kept }
}

function partLogs(batches: readonly RecordBatch[], liveFrom?: number): PartLogs {
  const missing = new MissingRecords(liveFrom)
  for (const each of batches) missing.take(each)
  return missing.logs()
}

const whole: PartLogs = { history: [], news: [] }

describe('a log that is whole', () => {
  it('is not among them, whatever batches and markers it consists of', () => {
    expect(partLogs([batch(0, 3), markerOf('COMMIT', { baseOffset: 3 }), batch(4)])).toEqual(whole)
  })
})

describe('a log that begins after offset 0', () => {
  it('is among them', () => {
    expect(partLogs([batch(812), batch(813)])).toEqual({ ...whole, news: [{ partition: 0, beginsAt: 812, gaps: 0 }] })
  })

  it('misses it from history, where it begins with history', () => {
    const history = [{ partition: 0, beginsAt: 812, gaps: 0 }]
    expect(partLogs([batch(812), batch(813)], 813)).toEqual({ ...whole, history })
  })

  it('is missing it from the news, where all of it lies after the time at which history ends', () => {
    const news = [{ partition: 0, beginsAt: 812, gaps: 0 }]
    expect(partLogs([batch(812), batch(813)], 800)).toEqual({ ...whole, news })
  })
})

describe('a log with gaps', () => {
  it('is among them, with their number', () => {
    const news = [{ partition: 0, beginsAt: null, gaps: 2 }]
    expect(partLogs([batch(0), batch(2), batch(3), batch(9)])).toEqual({ ...whole, news })
  })

  it('has one in a batch that lost records', () => {
    const news = [{ partition: 0, beginsAt: null, gaps: 2 }]
    expect(partLogs([batch(0), batch(1, 3, 2), batch(4, 2, 0)])).toEqual({ ...whole, news })
  })

  it('is missing those in history, and right after it, from history', () => {
    const gaps = (count: number) => [{ partition: 0, beginsAt: null, gaps: count }]
    expect(partLogs([batch(0), batch(2), batch(9), batch(10)], 9)).toEqual({ ...whole, history: gaps(2) })
    expect(partLogs([batch(0), batch(9), batch(11)], 9)).toEqual({ history: gaps(1), news: gaps(1) })
  })
})

it('keeps partitions apart and in order', () => {
  const { news } = partLogs([{ ...batch(5), partition: 3 }, batch(0), { ...batch(7), partition: 1 }, batch(1)])
  expect(news.map(({ partition, beginsAt }) => [partition, beginsAt])).toEqual([
    [1, 7],
    [3, 5],
  ])
})
