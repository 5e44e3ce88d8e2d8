import { describe, expect, it } from 'vitest'
import { batchOf, commitOf } from '../batchOf.ts'
import { World } from './world.ts'

/** A log that loses 60 records a minute at its start and gets as many at its end; it holds `length` records. */
function rolling(w: World, minutes: number, length: number): World {
  for (let minute = 0; minute < minutes; minute++) {
    w.wait(60)
    const begin = Math.round((w.now - 1_700_000_000_000) / 1_000)
    w.sample({ 0: [begin, begin + length] })
  }
  return w
}

const cases: readonly { readonly name: string; readonly play: () => World; readonly said: readonly string[] }[] = [
  {
    name: 'opens where the log start reaches the offset within an hour at its pace, closes when the group got on',
    play: () => {
      const w = rolling(new World({ riskRatio: 0 }).commit({ 0: 4_000 }), 50, 90_000)
      return rolling(w.commit({ 0: 50_000 }), 2, 90_000)
    },
    // At 34 minutes the start is at 2,040, 1,960 before the offset, and has moved by 1,980.
    said: ['2040 offset-at-risk orders/0', '3060 offset-safe orders/0'],
  },
  {
    name: 'opens where the offset lies in the oldest tenth of the log',
    play: () => rolling(new World().commit({ 0: 4_000 }), 3, 90_000),
    said: ['120 offset-at-risk orders/0'],
  },
  {
    name: 'does not open where the log start stands, nor for a group that has read everything',
    play: () => {
      const w = new World().commit({ 0: 5 }).every10(600, w => w.sample({ 0: [0, 10_000] }))
      return w.commit({ 0: 10_000 }).every10(60, (w, second) => w.sample({ 0: [second, 10_000] }))
    },
    said: [],
  },
  {
    name: 'does not open below the log start, and stays open while the offset is there',
    play: () => {
      const w = new World()
        .commit({ 0: 100 })
        .sample({ 0: [0, 10_000] })
        .wait(60)
        .sample({ 0: [50, 10_000] })
        .wait(60)
      w.sample({ 0: [200, 10_000] })
        .wait(60)
        .sample({ 0: [300, 10_000] })
      return w
        .wait(60)
        .commit({ 0: 9_000 })
        .wait(1)
        .sample({ 0: [300, 10_000] })
    },
    said: [
      '60 offset-at-risk orders/0',
      '120 offset-out-of-range orders/0',
      '241 offset-safe orders/0',
      '241 offset-range-recovered orders/0',
    ],
  },
  {
    name: 'closes when the log start has stood for an hour',
    play: () => {
      const w = new World()
        .commit({ 0: 100 })
        .sample({ 0: [0, 10_000] })
        .wait(60)
        .sample({ 0: [50, 10_000] })
      return w.every10(3_700, w => w.sample({ 0: [50, 10_000] }))
    },
    said: ['60 offset-at-risk orders/0', '3610 offset-safe orders/0'],
  },
  {
    name: 'closes with the offset',
    play: () => {
      const w = new World()
        .commit({ 0: 100 })
        .sample({ 0: [0, 10_000] })
        .wait(60)
        .sample({ 0: [50, 10_000] })
      return w.wait(10).commit({ 0: null })
    },
    said: ['60 offset-at-risk orders/0', '70 offset-safe orders/0'],
  },
]

describe('offset-at-risk', () => {
  it.each(cases)('$name', ({ play, said }) => {
    const risks = play().said.filter(line => !line.includes('stalled') && !line.includes('resumed'))
    expect(risks).toEqual(said)
  })

  it('says where the log is, and when its start reaches the offset', () => {
    const w = new World()
      .commit({ 0: 100 })
      .sample({ 0: [0, 10_000] })
      .wait(60)
      .sample({ 0: [40, 10_000] })
    const risk = w.conditions.find(({ type }) => type === 'offset-at-risk')
    expect(risk).toMatchObject({ id: '0-0-offset-at-risk-0', severity: 'warn' })
    expect(risk?.data).toEqual({
      topic: 'orders',
      partition: 0,
      offset: 100,
      logStart: 40,
      logEnd: 10_000,
      // 60 records further, at 40 in the last hour.
      expectedInMs: 5_400_000,
    })
  })

  it('is not closed after a restart because koff does not know yet how the log start moved', () => {
    const w = new World()
      .commit({ 0: 100 })
      .sample({ 0: [0, 10_000] })
      .wait(60)
      .sample({ 0: [50, 10_000] })
      .restarted()
    w.every10(3_500, w => w.sample({ 0: [50, 10_000] }))
    expect(w.said.filter(line => line.includes('safe'))).toEqual([])
    w.every10(200, w => w.sample({ 0: [50, 10_000] }))
    expect(w.said.filter(line => line.includes('safe'))).toHaveLength(1)
  })

  it('is not judged for topics in which Kafka Streams deletes what it has read', () => {
    const w = new World()
    const topic = 'g-store-repartition'
    const batch = batchOf([commitOf('g', topic, 0, 100, w.now)], { baseOffset: 0, timestamp: w.now })
    w.input({ kind: 'batch', batch })
    for (const logStart of [0, 50]) {
      w.wait(60).input({ kind: 'logEnd', topic, partition: 0, logStart, logEnd: 10_000, timestamp: w.now })
      w.tick()
    }
    expect(w.said.filter(line => line.includes('risk'))).toEqual([])
  })
})
