import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import type { Source } from '../../src/engine/source.ts'
import { fillHistory } from '../../src/history/fill.ts'
import { openHistory } from '../../src/history/openHistory.ts'
import { uncovered } from '../../src/history/queries/coverage.ts'
import { groupsAt } from '../../src/history/queries/groupsAt.ts'
import type { Input } from '../../src/state/input.ts'
import { compare, endsOf, scenarioSteps } from '../engine/brokersView.ts'
import { corpusFile, inputsOf } from '../engine/replay.ts'

const home = mkdtempSync(join(tmpdir(), 'koff-snapshots-'))
afterAll(() => rmSync(home, { recursive: true }))
const running = new AbortController().signal

function sourceOf(inputs: readonly Input[], chunkSize: number): Source {
  return {
    cluster: 'c1',
    async *chunks() {
      for (let at = 0; at < inputs.length; at += chunkSize) yield inputs.slice(at, at + chunkSize)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

test.each([
  ['dev', 160],
  // Compacted: what was superseded before the filling is gone, so that only its own end can be compared.
  ['dev.compactlive', 1],
] as const)('from %s: the history says of each moment what the broker said', async (name, atLeast) => {
  const steps = await scenarioSteps()
  const names = steps.flatMap(({ result }) =>
    Object.entries(result?.topicIds ?? {}).map(([topic, id]): Input => ({ kind: 'topic', id, name: topic })),
  )
  const inputs = await inputsOf(corpusFile(name))
  const ends = endsOf(inputs)
  await using store = await openHistory(join(home, `${name}.db`))
  // Twice, in pieces of other sizes: a repeat changes nothing.
  for (const chunkSize of [7, 1_000]) {
    const fold = new Fold({ cluster: 'c1', history: 'none', tracksChanges: true })
    const source = sourceOf([...names, ...inputs], chunkSize)
    await fillHistory({ source, fold, cluster: 'c1', store, signal: running })
  }
  const wrong: unknown[] = []
  let compared = 0
  for (const step of steps) {
    if (step.kind !== 'snapshot' || step.ends === undefined || step.consistent === false) continue
    if (Object.entries(step.ends).some(([partition, end]) => end > (ends.get(Number(partition)) ?? 0))) continue
    if (name !== 'dev' && [...ends].some(([partition, end]) => step.ends?.[partition] !== end)) continue
    compared += 1
    const { groups } = await groupsAt(store, { cluster: 'c1', at: step.ts })
    const views = new Map(groups.map(view => [view.group, view]))
    for (const broker of step.groups ?? []) {
      const differences = compare(broker, views.get(broker.group))
      if (differences.length > 0) wrong.push([step.label, broker.group, differences])
    }
    const listed = step.list?.map(({ group }) => group).sort()
    if (listed !== undefined && listed.join() !== [...views.keys()].sort().join()) wrong.push([step.label, 'list'])
    const missing = await uncovered(store, { cluster: 'c1', knows: 'owners', from: step.ts, to: step.ts })
    if (missing.length > 0) wrong.push([step.label, 'not covered'])
  }
  expect(wrong).toEqual([])
  expect(compared).toBeGreaterThanOrEqual(atLeast)
})
