import { expect, test } from 'vitest'
import { groupHead } from '../../../src/terminal/groups/groupPage.ts'
import { noInk } from '../../../src/terminal/noInk.ts'
import { largeGroup, now } from './fleet.ts'

test('the head of a group says how long its last rebalance took, where samples tell it', () => {
  const view = largeGroup()
  const completedAt = view.lastRebalanceAt ?? 0
  const head = (of: typeof view) => groupHead({ view: of, at: null }, { format: 'human', ink: noInk, width: 400 }, now)
  expect(head({ ...view, lastRebalance: { completedAt, minMs: 3_000, maxMs: 8_000 } })).toContain(', took 3s-8s · ')
  expect(head({ ...view, lastRebalance: { completedAt, minMs: 3_000, maxMs: null } })).toContain(', took >3s · ')
  expect(head({ ...view, lastRebalance: { completedAt: completedAt - 1, minMs: 3_000, maxMs: 8_000 } })).not.toContain(
    'took',
  )
  expect(head(view)).not.toContain('took')
})
