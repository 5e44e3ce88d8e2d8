import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OffsetPoint } from '../../src/history/items.ts'
import { keyOf, offsetsAt } from '../../src/history/progress/block.ts'
import { foldBlock, packBlock, unpackBlock } from '../../src/history/progress/pack.ts'

const nullable = (of: fc.Arbitrary<number>) => fc.option(of, { nil: null })

const point: fc.Arbitrary<OffsetPoint> = fc.record({
  topic: fc.constantFrom('orders', 'payments', '__proto__', 'ü'),
  partition: fc.nat(3),
  offset: fc.option(
    fc.oneof(fc.integer({ min: -2, max: 2 ** 31 - 1 }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n })),
    {
      nil: null,
    },
  ),
  logEnd: nullable(fc.nat()),
  lag: nullable(fc.nat()),
  // Lag in time is kept in tenths of a second.
  lagMs: nullable(fc.nat(100_000).map(tenths => tenths * 100)),
})

test('a block comes back as it was packed', () => {
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 20 }),
      fc.array(fc.tuple(point, fc.nat(100_000)), { maxLength: 50 }),
      (base, changes) => {
        let time = 1_796_000_000_000
        const place = { fromTime: time, fromPosition: 7, toTime: time }
        const points = changes.map(([one, after]) => ({ ...one, time: (time += after) }))
        const block = { ...place, base, points }
        expect(unpackBlock(packBlock(block), place)).toEqual(block)
      },
    ),
  )
})

test('folding a block up to a time gives the offsets that its points give', () => {
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 20 }),
      fc.array(fc.tuple(point, fc.nat(100)), { maxLength: 50 }),
      fc.nat(3_000),
      (base, changes, after) => {
        const fromTime = 1_796_000_000_000
        let time = fromTime
        const points = changes.map(([one, pause]) => ({ ...one, time: (time += pause) }))
        // A base has no deleted offsets, and each partition once.
        const there = new Map(base.flatMap(one => (one.offset === null ? [] : [[keyOf(one), one] as const])))
        const block = { fromTime, fromPosition: 7, toTime: time, base: [...there.values()], points }
        const folded = new Map<string, OffsetPoint>()
        foldBlock(packBlock(block), { fromTime, at: fromTime + after }, folded)
        const expected = [...offsetsAt(block, fromTime + after).values()].map(
          ({ topic, partition, offset, logEnd, lag, lagMs }) => [topic, partition, offset, logEnd, lag, lagMs],
        )
        const found = [...folded.values()].map(({ topic, partition, offset, logEnd, lag, lagMs }) => [
          topic,
          partition,
          offset,
          logEnd,
          lag,
          lagMs,
        ])
        expect(found.map(String).sort()).toEqual(expected.map(String).sort())
      },
    ),
  )
})
