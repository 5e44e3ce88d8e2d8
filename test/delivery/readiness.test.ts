import { expect, test } from 'vitest'
import { type Ownership, soleOwnership } from '../../src/delivery/ownership.ts'
import { readiness, readinessSamples } from '../../src/delivery/readiness.ts'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import type { Input } from '../../src/state/input.ts'

const position = (partition: number, at: number, logEnd: number): Input => ({
  kind: 'position',
  partition,
  position: at,
  logEnd,
  timestamp: 0,
})

const fresh = () => new Fold({ cluster: '', history: 'until-start' })

test('an instance is ready when all that it owns is read to where it ended', () => {
  const fold = fresh()
  const own = soleOwnership([0, 1])
  expect(readiness(own, fold)).toEqual({ isReady: false, owned: 2, catchingUp: 2, recordsLeft: 0 })
  apply(fold, position(0, 0, 40))
  apply(fold, position(1, 0, 0))
  expect(readiness(own, fold)).toEqual({ isReady: false, owned: 2, catchingUp: 1, recordsLeft: 40 })
  apply(fold, position(0, 40, 55))
  expect(readiness(own, fold)).toEqual({ isReady: true, owned: 2, catchingUp: 0, recordsLeft: 0 })
  expect(readinessSamples(readiness(own, fold)).map(({ value }) => value)).toEqual([1, 2, 0])
})

test('an instance that takes another partition over is not ready until it has read that one, too', () => {
  const fold = fresh()
  apply(fold, position(0, 3, 3))
  expect(readiness(soleOwnership([0]), fold).isReady).toBe(true)
  expect(readiness(soleOwnership([0, 1]), fold).isReady).toBe(false)
})

test('an instance without partitions is ready once it knows that', () => {
  const unknown: Ownership = { ...soleOwnership([]), isKnown: false }
  expect(readiness(unknown, fresh()).isReady).toBe(false)
  expect(readiness(soleOwnership([]), fresh()).isReady).toBe(true)
})
