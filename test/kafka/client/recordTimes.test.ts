import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FindOffsets, findRecordTimes, type RecordPlace } from '../../../src/kafka/client/recordTimes.ts'

interface LogRecord {
  readonly offset: number
  readonly timestamp: number
}

const place = { topic: 'orders', partition: 0 }

/** A leader with one log, which counts requests. */
function leaderOf(log: readonly LogRecord[]): { find: FindOffsets; requests: () => number } {
  let requests = 0
  const find: FindOffsets = async queries => {
    requests++
    expect(new Set(queries.map(({ topic, partition }) => `${topic}/${partition}`)).size).toBe(queries.length)
    return queries.map(({ topic, partition, at }) => {
      const { offset, timestamp } = log.find(record => record.timestamp >= at) ?? { offset: -1, timestamp: -1 }
      return { topic, partition, errorCode: 0, offset, timestamp }
    })
  }
  return { find, requests: () => requests }
}

const timeOf = (log: readonly LogRecord[], offset: number) => log.find(record => record.offset >= offset)?.timestamp

/** A log with holes, as compaction leaves them; timestamps grow by what `steps` say. */
function logOf(steps: readonly { readonly gap: number; readonly ms: number }[], begin: number): LogRecord[] {
  let offset = 0
  let timestamp = begin
  return steps.map(({ gap, ms }) => {
    offset += gap
    timestamp = Math.max(0, timestamp + ms)
    return { offset, timestamp }
  })
}

describe('the time of a record by ListOffsets', () => {
  it('is exact where timestamps grow, with some twenty requests in a log of a month', async () => {
    const log = logOf(
      Array.from({ length: 20_000 }, (_, at) => ({ gap: 1, ms: at % 997 === 0 ? 3_000_000 : 50 + (at % 7) })),
      1_700_000_000_000,
    )
    const now = (log.at(-1)?.timestamp ?? 0) + 1_000
    const counts: number[] = []
    for (let offset = 1; offset < 20_000; offset += 701) {
      const { find, requests } = leaderOf(log)
      const found = await findRecordTimes([{ ...place, offset, logEnd: 20_001 }], find, now)
      expect(found).toEqual([{ ...place, offset, recordTime: timeOf(log, offset), atMost: false }])
      counts.push(requests())
    }
    expect(counts.sort((a, b) => a - b)[counts.length >> 1]).toBeLessThanOrEqual(25)
  })

  it('is that of the first record where retention took the one at the offset', async () => {
    const { find, requests } = leaderOf([{ offset: 50, timestamp: 7_000 }])
    const found = await findRecordTimes([{ ...place, offset: 3, logEnd: 51 }], find, 9_000)
    expect(found).toEqual([{ ...place, offset: 3, recordTime: 7_000, atMost: false }])
    expect(requests()).toBe(1)
  })

  it('is not known where records have no timestamps, or the leader does not answer', async () => {
    const wanted: RecordPlace[] = [{ ...place, offset: 0, logEnd: 1 }]
    expect(await findRecordTimes(wanted, leaderOf([{ offset: 0, timestamp: -1 }]).find, 9_000)).toEqual([])
    expect(await findRecordTimes(wanted, async () => [], 9_000)).toEqual([])
  })

  it('of several offsets of a partition asks one after the other, of several partitions side by side', async () => {
    const log = logOf(
      [1, 2, 3, 4].map(() => ({ gap: 1, ms: 10 })),
      0,
    )
    const { find } = leaderOf(log)
    const wanted = [1, 2, 4].flatMap(offset => [0, 1].map(partition => ({ topic: 't', partition, offset, logEnd: 5 })))
    expect(await findRecordTimes(wanted, find, 100)).toHaveLength(6)
  })

  it('lies at or below the bound, or is exact, in any log: with holes, and with CreateTime out of order', async () => {
    const step = (least: number) =>
      fc.record({ gap: fc.integer({ min: 1, max: 4 }), ms: fc.integer({ min: least, max: 500 }) })
    const logs = fc.oneof(
      fc.array(step(0), { minLength: 1, maxLength: 60 }),
      fc.array(step(-400), { minLength: 1, maxLength: 60 }),
    )
    await fc.assert(
      fc.asyncProperty(logs, fc.nat(), async (steps, seed) => {
        const log = logOf(steps, 100_000)
        const last = log.at(-1)?.offset ?? 0
        const offset = seed % (last + 1)
        const { find, requests } = leaderOf(log)
        const [found] = await findRecordTimes([{ ...place, offset, logEnd: last + 1 }], find, 150_000)
        const truth = timeOf(log, offset) ?? Number.NaN
        const { recordTime = Number.NaN, atMost = false } = found ?? {}
        expect(truth).toBeLessThanOrEqual(recordTime)
        expect(atMost ? truth : recordTime).toBe(truth)
        expect(requests()).toBeLessThanOrEqual(60)
      }),
      { numRuns: 1_000 },
    )
  })
})
