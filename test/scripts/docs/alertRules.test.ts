import { expect, test } from 'vitest'
import { alertRules } from '../../../scripts/docs/alertRules.ts'
import { metrics } from '../../../src/telemetry/telemetry.ts'

/* That the rules are valid and fire: test/live/alertRules.test.ts, test/e2e/alerts.test.ts. */

test('alerts have names of their own and ask for metrics and labels that koff has', () => {
  const rules = alertRules()
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  const named = rules.flatMap(({ alert, expr, annotations }) => {
    const found = expr.match(/koff_\w+/g) ?? []
    const labels = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    return [{ alert, found, labels }]
  })
  for (const { alert, found, labels } of named) {
    for (const metric of found) expect(Object.keys(metrics), alert).toContain(metric)
    const [metric] = found as (keyof typeof metrics)[]
    const known: readonly string[] = metric === undefined ? [] : metrics[metric].labels
    expect(
      labels.filter(label => label !== 'instance' && !known.includes(label)),
      alert,
    ).toEqual([])
  }
})
