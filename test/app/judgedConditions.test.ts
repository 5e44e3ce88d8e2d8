import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { localStore } from '../../src/delivery/localStore.ts'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import { encodeState } from '../../src/state/stored/encode.ts'
import { batchAt } from '../commands/handMade.ts'
import { runKoff } from '../commands/runKoff.ts'
import { classicOf } from '../state/batchOf.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-conditions-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const config = join(home, 'koff.yaml')
const ask = (...flags: readonly string[]) => runKoff(['conditions', '-c', config, ...flags])

/** Six rebalances, a minute apart: a storm. */
function stormy() {
  const fold = new Fold({ cluster: '', history: 'none' })
  for (let epoch = 1; epoch <= 6; epoch++) {
    const members = [{ id: `m${epoch}`, assigned: { orders: [0] } }]
    apply(fold, {
      kind: 'batch',
      batch: batchAt({ offset: epoch - 1, minutes: epoch }, classicOf('shop', epoch, members)),
    })
  }
  return fold.stateOf(0)
}

it('conditions are read from the local state, also while the koff that runs has it for itself', async () => {
  writeFileSync(config, `state: { dir: ${home} }\nsinks: [{ type: history, file: ${home}/history.db }]\n`)
  expect(await ask()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/koff\.db: no state of koff there; koff run keeps it/),
  })
  const store = localStore({ dir: home, name: 'koff' })
  await store.open(new AbortController().signal)
  await store.write(0, encodeState(stormy()))
  await store.write(0, [{ key: JSON.stringify(['delivery']), value: '{}' }])

  const { code, stdout, stderr } = await ask('-o', 'json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    group: 'shop',
    type: 'rebalance-storm',
    severity: 'error',
    topic: null,
    rebalances: 6,
    whatToDo: expect.stringContaining('Static membership'),
  })
  expect((await ask('-o', 'human')).stdout).toMatch(/^error +rebalance-storm +shop +- .* 6 rebal\.$/m)
  expect((await ask('--group', 'other')).stderr).toBe('')
  expect((await ask('--group', 'other', '-o', 'human')).stderr).toMatch(/^koff: nothing is open \(state /)
  await store[Symbol.asyncDispose]()
})
