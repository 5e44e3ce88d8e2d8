import { applyPipeline } from 'koff'
import { expect, test } from 'vitest'
import { recorded } from '../test/pipelines/recorded.ts'
import auditHistory from './audit-history.ts'

test('the history holds life and members, and neither rebalances nor koff itself', async () => {
  const types = new Set((await applyPipeline(auditHistory, await recorded())).map(({ type }) => type))
  for (const type of ['group-created', 'group-migrated', 'group-deleted', 'member-joined', 'member-left'] as const) {
    expect(types).toContain(type)
  }
  for (const type of ['rebalance', 'rebalance-started', 'koff-caught-up'] as const) expect(types).not.toContain(type)
})
