import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openHistory } from '../../src/history/openHistory.ts'
import { questions, statementsOf } from './questions.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-plans-'))
afterAll(() => rmSync(home, { recursive: true }))

test.each(questions)('%s are answered without a scan of a large table', async (_, ask) => {
  await using store = await openHistory(join(home, 'plans.db'))
  const asked = await statementsOf(store, ask)
  expect(asked.length).toBeGreaterThan(0)
  for (const [sql, parameters] of asked) {
    const plan = await store.all(`EXPLAIN QUERY PLAN ${sql}`, parameters)
    const steps = plan.map(({ detail }) => String(detail))
    // SCAN without an index reads a whole table. Topics, coverage and groups are small; SCAN of a branch is of what it found.
    const large = steps.filter(step =>
      /^SCAN (events|states|progress|owner_spans|member_spans|[eospc])\b(?!.*USING (COVERING )?INDEX)/.test(step),
    )
    expect([sql, large]).toEqual([sql, []])
    // By cluster alone, nearly all events are found.
    expect([sql, steps.filter(step => /events(_1)?\b.*\(cluster=\?\)/.test(step))]).toEqual([sql, []])
    expect([sql, steps.filter(step => /SCAN events.*USING/.test(step) && !/events_that_open/.test(step))]).toEqual([
      sql,
      [],
    ])
  }
})
