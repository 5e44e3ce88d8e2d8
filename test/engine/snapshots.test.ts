import { describe, expect, it } from 'vitest'
import { Fold } from '../../src/engine/fold.ts'
import { apply } from '../../src/pipeline/apply.ts'
import type { Input } from '../../src/state/input.ts'
import { compare, endsOf, isBefore, scenarioSteps } from './brokersView.ts'
import { corpusFile, inputsOf } from './replay.ts'

/*
 * While `dev` was recorded, the broker was asked again and again what it knows of its groups (Admin API), together with
 * the end of each partition of `__consumer_offsets` at that moment. What `koff groups` makes of the log up to there is
 * to be the same.
 */

describe('at every sampled moment koff has the state of the broker', async () => {
  const steps = await scenarioSteps()

  it.each([
    ['dev', 160],
    // Compacted: what was superseded is gone, so that only its own end can be compared.
    ['dev.compactlive', 1],
  ] as const)('in %s', async (name, atLeast) => {
    const inputs = await inputsOf(corpusFile(name))
    const ends = endsOf(inputs)
    const isWhole = name === 'dev'
    const names: Input[] = []
    const seen: Input[] = []
    const wrong: unknown[] = []
    let compared = 0
    let kinds = new Set<string>()
    for (const step of steps) {
      for (const [topic, id] of Object.entries(step.result?.topicIds ?? {}))
        names.push({ kind: 'topic', id, name: topic })
      if (step.kind !== 'snapshot' || step.ends === undefined || step.consistent === false) continue
      if (Object.entries(step.ends).some(([partition, end]) => end > (ends.get(Number(partition)) ?? 0))) continue
      if (!isWhole && [...ends].some(([partition, end]) => step.ends?.[partition] !== end)) continue
      seen.splice(0, seen.length, ...inputs.filter(input => isBefore(input, step.ends ?? {})))
      const fold = new Fold({ cluster: '', history: 'none', types: new Set() })
      for (const input of [...names, ...seen]) apply(fold, input)
      const views = new Map(fold.groups().map(view => [view.group, view]))
      compared += 1
      kinds = new Set([...kinds, ...[...views.values()].map(view => view.groupType)])
      for (const broker of step.groups ?? []) {
        const differences = compare(broker, views.get(broker.group))
        if (differences.length > 0) wrong.push([step.label, broker.group, differences])
      }
      const listed = step.list?.map(({ group }) => group).sort()
      if (listed !== undefined && listed.join() !== [...views.keys()].sort().join()) wrong.push([step.label, 'list'])
    }
    expect(wrong).toEqual([])
    expect(compared).toBeGreaterThanOrEqual(atLeast)
    expect(kinds.size).toBeGreaterThanOrEqual(isWhole ? 5 : 4)
  })
})
