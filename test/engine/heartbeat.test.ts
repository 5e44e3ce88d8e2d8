import { expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import type { Input } from '../../src/state/input.ts'
import { batchOf, commitOf } from '../state/batchOf.ts'

const time = 1_700_000_000_000
const batch = (partition: number, isTransactional: boolean): Input => ({
  kind: 'batch',
  batch: batchOf([commitOf('g', 't', 0, 1), commitOf('g', 't', 1, 1)], {
    partition,
    baseOffset: 40,
    isTransactional,
    producerId: isTransactional ? 7n : -1n,
    timestamp: time,
  }),
})
const position = (partition: number): Input => ({
  kind: 'position',
  partition,
  position: 42,
  logEnd: 50,
  timestamp: time,
})
const tick = (timestamp: number): Input => ({ kind: 'tick', timestamp, partitions: [] })

it('a tick reports the position of each partition, also of one that is behind or in history; a repeated tick counts once', () => {
  const fold = new Fold({ cluster: 'c', history: 'until-start', types: new Set(['koff-heartbeat']) })
  for (const input of [batch(3, true), position(3), batch(1, false)]) expect(apply(fold, input)).toEqual([])
  const beats = apply(fold, tick(time + 5_000))
  expect(beats).toMatchObject([
    {
      id: `1-41-koff-heartbeat-${time + 5_000}`,
      data: { partition: 1, position: 42, logEnd: 42, openTransactions: 0 },
    },
    {
      id: `3-41-koff-heartbeat-${time + 5_000}`,
      data: { partition: 3, position: 42, logEnd: 50, openTransactions: 1 },
    },
  ])
  expect(beats[1]).toMatchObject({ time: time + 5_000, group: '', source: { offset: 41, timestamp: time } })
  expect(apply(fold, tick(time + 5_000))).toEqual([])
  expect(apply(fold, tick(time + 6_000))).toHaveLength(2)
})

it('is off by default', () => {
  const fold = new Fold({ cluster: 'c', history: 'none' })
  apply(fold, batch(0, false))
  expect(apply(fold, tick(time + 5_000))).toEqual([])
})
