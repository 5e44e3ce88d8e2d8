import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { PartitionOutput } from '../../src/delivery/output.ts'
import { readStored } from '../../src/delivery/storedState.ts'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { encodeState } from '../../src/state/stored/encode.ts'
import { batchOf, commitOf } from '../state/batchOf.ts'

test('while a large state is read, everything else in the process has its turn', async () => {
  const fold = new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
  const commits = Array.from({ length: 10_000 }, (_, partition) => commitOf('g', 'orders', partition, 1))
  apply(fold, { kind: 'batch', batch: batchOf(commits) })
  const entries = encodeState(fold.stateOf(0))
  const output: PartitionOutput = {
    restore: async function* () {
      yield entries
    },
    commit: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
  const read = new AbortController()
  const state = fold.newState(0)
  const reading = readStored(output, state, new AbortController().signal).finally(() => read.abort())
  let turns = 0
  for (; !read.signal.aborted; turns++) await setImmediate()
  ;(await reading)?.restoring.finish()
  expect(turns).toBeGreaterThanOrEqual(5)
  expect(JSON.stringify(encodeState(state))).toBe(JSON.stringify(entries))
})
