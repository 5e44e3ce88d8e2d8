import { expect, test } from 'vitest'
import { openSignals } from '../../src/app/healthPort.ts'
import type { Log } from '../../src/base/log.ts'

test('metrics of groups that nothing shows are logged at the start', async () => {
  const warnings: string[] = []
  const quiet = () => undefined
  const log: Log = { debug: quiet, info: quiet, warn: text => void warnings.push(text), error: quiet }
  const metrics = { groups: 'topic', maxSeries: 1 } as const
  await using signals = await openSignals({
    http: undefined,
    metrics,
    name: 'koff',
    pipelines: [],
    history: undefined,
    log,
  })
  expect(signals).toBeDefined()
  expect(warnings).toEqual([
    'metrics.groups: the metrics of groups have no effect without a place to read them; set http.port or metrics.otlp',
  ])
})
