import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FindOffsets, findRecordTimes } from '../../../src/kafka/client/recordTimes.ts'
import { lagTimeOf, worstLagTime } from '../../../src/state/conditions/lagTime.ts'
import { LogEnds } from '../../../src/state/conditions/logEnds.ts'

interface TopicRecord {
  readonly offset: number
  /** When the leader appended it, and its own timestamp, ms. */
  readonly appendedAt: number
  readonly timestamp: number
}

const place = { topic: 'orders', partition: 0 }
const hour = 3_600_000

/** A partition whose log is written by hand, sampled as koff does it. */
class Partition {
  now = 1_700_000_000_000
  readonly logEnds = new LogEnds()
  #log: TopicRecord[] = []
  /** All that was ever appended: compaction may have removed it meanwhile. */
  readonly #appended: TopicRecord[] = []
  /** By offset: the time of the record that was there when it was looked up. */
  readonly #lookedUp = new Map<number, number>()
  #next = 0
  #start = 0

  wait(ms: number): void {
    this.now += ms
  }

  append(timestamp = this.now, gap = 0): void {
    this.#next += gap
    const record = { offset: this.#next++, appendedAt: this.now, timestamp }
    this.#log.push(record)
    this.#appended.push(record)
  }

  /** What compaction or retention leaves. */
  keep(isKept: (record: TopicRecord, at: number) => boolean, logStart = this.#start): void {
    this.#log = this.#log.filter((record, at) => record.offset >= logStart && isKept(record, at))
    this.#start = logStart
  }

  sample(): void {
    const ends = { logStart: this.#start, logEnd: this.#next, timestamp: this.now, answeredAt: this.now + 3 }
    this.logEnds.add({ kind: 'logEnd', ...place, ...ends })
    this.logEnds.endRound()
  }

  get end(): number {
    return this.#next
  }

  get start(): number {
    return this.#start
  }

  /** Looks the time of a record up, where the samples do not say it. */
  async lookUp(committed: number): Promise<void> {
    const offset = Math.max(committed, this.#start)
    if (offset >= this.#next || this.logEnds.knowsTimeAt('orders', 0, offset)) return
    const find: FindOffsets = async ([query]) => {
      const found = this.#log.find(({ timestamp }) => timestamp >= (query?.at ?? 0))
      return [{ ...place, errorCode: 0, offset: found?.offset ?? -1, timestamp: found?.timestamp ?? -1 }]
    }
    for (const time of await findRecordTimes([{ ...place, offset, logEnd: this.#next }], find, this.now)) {
      this.#lookedUp.set(offset, this.#log.find(record => record.offset >= offset)?.timestamp ?? Number.NaN)
      this.logEnds.addTime({ kind: 'offsetTime', ...time, timestamp: this.now })
    }
  }

  lag(committed: number) {
    return lagTimeOf(this.logEnds, 0, committed, this.now)
  }

  /** The truth lies in the interval, or the bound is null. Returns the width. */
  check(committed: number): number | null {
    const lag = this.lag(committed)
    const position = Math.max(committed, this.start)
    if (lag === null || position >= this.end) {
      if (lag?.min !== 0 || lag.max !== 0) throw new Error(`nothing to read, and a lag of ${JSON.stringify(lag)}`)
      return 0
    }
    const { min, max, by } = lag
    const appendedAt = this.#appended.find(({ offset }) => offset >= position)?.appendedAt ?? Number.NaN
    const truth = Math.max(0, this.now - (by === 'samples' ? appendedAt : (this.#lookedUp.get(position) ?? Number.NaN)))
    const isTrue = (min ?? 0) <= truth && truth <= (max ?? Number.POSITIVE_INFINITY)
    if (!isTrue) throw new Error(`the truth is ${truth}, and the lag ${JSON.stringify(lag)}`)
    return min === null || max === null ? null : max - min
  }
}

/** Ten seconds with so many records, then a sample. */
function tenSeconds(partition: Partition, records: number, timestampOf: (now: number) => number = now => now): void {
  for (let at = 0; at < records; at++) {
    partition.wait(Math.floor(10_000 / (records + 1)))
    partition.append(timestampOf(partition.now))
  }
  partition.wait(10_000 - records * Math.floor(10_000 / (records + 1)))
  partition.sample()
}

function repeat(times: number, what: (at: number) => void): void {
  for (let at = 0; at < times; at++) what(at)
}

describe('lag in time', () => {
  it('is the time between the samples around the record, to within one sample', () => {
    const p = new Partition()
    repeat(30, () => tenSeconds(p, 5))
    expect(p.check(148)).toBeLessThanOrEqual(10_003)
    expect(p.lag(148)).toEqual({ min: 0, max: 10_000, by: 'samples' })
    expect(p.check(100)).toBeLessThanOrEqual(10_003)
  })

  it('is 0 of a group that has read everything, in an idle topic too', () => {
    const p = new Partition()
    tenSeconds(p, 5)
    p.wait(hour)
    p.sample()
    expect(p.lag(5)).toEqual({ min: 0, max: 0, by: 'samples' })
    expect(p.lag(9)).toEqual({ min: 0, max: 0, by: 'samples' })
  })

  it('grows with the time where the topic is idle for an hour, and stays as narrow as it was', () => {
    const p = new Partition()
    p.sample()
    tenSeconds(p, 5)
    repeat(360, () => tenSeconds(p, 0))
    expect(p.lag(2)).toEqual({ min: hour - 3, max: hour + 10_000, by: 'samples' })
    expect(p.check(2)).not.toBeNull()
  })

  it('has no upper bound of a record that is older than the samples, until it is looked up', async () => {
    const p = new Partition()
    p.append(p.now - 50)
    p.wait(hour)
    p.sample()
    p.wait(10_000)
    p.sample()
    expect(p.lag(0)).toEqual({ min: 9_997, max: null, by: 'samples' })
    await p.lookUp(0)
    expect(p.lag(0)).toEqual({ min: hour + 10_050, max: hour + 10_050, by: 'timestamp' })
  })

  it('is that of the first record that there still is where retention removed the others', async () => {
    const p = new Partition()
    p.sample()
    repeat(10, () => tenSeconds(p, 5))
    p.keep(() => true, 30)
    p.sample()
    expect(p.lag(3)).toEqual(p.lag(30))
    expect(p.check(3)).toBeLessThanOrEqual(10_003)
  })

  it('is unknown for a topic that was recreated meanwhile', () => {
    const p = new Partition()
    repeat(3, () => tenSeconds(p, 5))
    const other = { kind: 'logEnd', ...place, topicId: 'b', logStart: 0, logEnd: 4, timestamp: p.now } as const
    p.logEnds.add({ ...other, topicId: 'a' })
    p.logEnds.add(other)
    const id = p.logEnds.idOf(p.logEnds.topicOf('orders', null) as never, 0)
    expect(lagTimeOf(p.logEnds, id, 2, p.now)).toEqual({ min: 0, max: null, by: 'samples' })
  })

  it('of a group is that of its worst partition; it has no upper bound where one of them has none', () => {
    const a = { min: 5, max: 9, by: 'samples' } as const
    const b = { min: 7, max: 8, by: 'timestamp' } as const
    expect(worstLagTime(a, b)).toEqual({ min: 7, max: 9, by: 'timestamp' })
    expect(worstLagTime(a, { min: 1, max: null, by: 'timestamp' })).toEqual({ min: 5, max: null, by: 'samples' })
    expect(worstLagTime(null, b)).toEqual({ min: 7, max: null, by: 'timestamp' })
    expect(worstLagTime(null, null)).toBeNull()
  })

  it('has the truth in its interval in any log, for any producer and any start of sampling', async () => {
    const step = fc.record({
      records: fc.constantFrom(0, 0, 1, 3, 40),
      skew: fc.constantFrom(0, 0, -5_000, 4_000, -700_000),
      idle: fc.constantFrom(0, 0, 0, 120_000, hour),
      compacts: fc.boolean(),
      retention: fc.integer({ min: 0, max: 9 }),
      consumed: fc.constantFrom(0, 0, 1, 30),
    })
    const widths: number[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), fc.nat(30), async (steps, silent) => {
        const p = new Partition()
        let committed = 0
        for (const [at, { records, skew, idle, compacts, retention, consumed }] of steps.entries()) {
          repeat(records, () => {
            p.wait(100)
            p.append(p.now + skew)
          })
          if (compacts) p.keep((record, index) => index % 3 > 0 || record.offset === p.end - 1)
          if (retention === 9) p.keep(() => true, Math.min(p.end, p.start + 5))
          committed = Math.min(p.end, committed + consumed)
          p.wait(idle + 5_000)
          if (at < silent) continue
          p.sample()
          await p.lookUp(committed)
          p.wait(50)
          const width = p.check(committed)
          if (width !== null) widths.push(width)
        }
      }),
      { numRuns: 300 },
    )
    expect(widths.length).toBeGreaterThan(100)
  })
})
