import { expect, test } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import type { Input } from '../../src/state/input.ts'
import { foldSamples } from '../../src/telemetry/foldSamples.ts'
import { batchOf, commitOf, markerOf } from '../state/batchOf.ts'

/** Two commits and one record that nobody can read. */
function batch(partition: number, baseOffset: number): Input {
  const unreadable = { key: Buffer.from([0, 99]), value: Buffer.from('?') }
  const records = [commitOf('a', 't', 0, 1), commitOf('b', 't', 0, 2), unreadable]
  return { kind: 'batch', batch: batchOf(records, { partition, baseOffset }) }
}

function position(partition: number, at: number, logEnd: number): Input {
  return { kind: 'position', partition, position: at, logEnd, timestamp: 0 }
}

/** By metric and labels; conditions only where some are open. */
function sampled(fold: Fold): Record<string, number> {
  const samples = [...foldSamples(fold, () => true)].filter(
    ({ metric, value }) => metric !== 'koff_open_conditions' || value > 0,
  )
  const named = samples.map(({ metric, labels, value }): [string, number] => {
    return [[metric, ...Object.values(labels)].join(' '), value]
  })
  return Object.fromEntries(named)
}

test('the counts of a fold are reported, with history and markers separate', () => {
  const fold = new Fold({ cluster: '', history: 'until-start' })
  for (const input of [position(0, 0, 10), batch(0, 0), position(0, 3, 10), position(1, 7, 7)]) apply(fold, input)
  apply(fold, { kind: 'batch', batch: markerOf('COMMIT', { partition: 0, baseOffset: 3, producerId: 1n }) })
  expect(sampled(fold)).toEqual({
    koff_records_total: 3,
    koff_offset_records_total: 2,
    koff_undecodable_records_total: 1,
    'koff_fetch_lag_records 0': 6,
    'koff_fetch_lag_records 1': 0,
    koff_groups: 2,
  })
})

test('counts stay when the partition is released, and when it is taken over again', () => {
  const fold = new Fold({ cluster: '', history: 'none' })
  for (const input of [position(0, 0, 3), batch(0, 0), position(1, 0, 3), batch(1, 0)]) apply(fold, input)
  fold.forget(0)
  expect(sampled(fold)).toEqual({
    koff_records_total: 6,
    koff_offset_records_total: 4,
    koff_undecodable_records_total: 2,
    'koff_fetch_lag_records 1': 0,
    koff_groups: 2,
  })
  fold.adopt(1, fold.newState(1))
  apply(fold, batch(1, 0))
  expect(sampled(fold)).toMatchObject({ koff_records_total: 9, koff_undecodable_records_total: 3 })
})
