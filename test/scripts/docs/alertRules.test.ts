import { expect, test } from 'vitest'
import { alertRules } from '../../../scripts/docs/alertRules.ts'
import { metrics } from '../../../src/telemetry/telemetry.ts'

/* That the rules are valid and fire: test/live/alertRules.test.ts, test/e2e/alerts.test.ts. */

test('alerts have names of their own and ask for metrics and labels that koff has', () => {
  const rules = alertRules()
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  const known = Object.entries(metrics).map(([name, { labels }]) => [name, labels] as const)
  const labelsOf = new Map<string, readonly string[]>(known)
  const faults = rules.flatMap(({ alert, expr, annotations }) => {
    const names = expr.match(/koff_\w+/g) ?? []
    const labels = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    const unknown = names.filter(name => !labelsOf.has(name))
    const absent = labels.filter(
      label => label !== 'instance' && !names.every(name => labelsOf.get(name)?.includes(label)),
    )
    return [...unknown, ...absent].map(name => `${alert}: ${name}`)
  })
  expect(faults).toEqual([])
})
