import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { groupReport } from '../../src/telemetry/groupSeries.ts'
import { groupText } from '../../src/web/groupText.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { prometheusTool } from '../servers/prometheus.ts'
import { member, World } from '../state/conditions/world.ts'

/* What Prometheus' own tool says of the rules and of the metrics. That they fire at outages: test/e2e/alerts.test.ts. */

const rules = fileURLToPath(new URL('../../deploy/prometheus', import.meta.url))
let promtool = ''

beforeAll(async () => {
  promtool = await prometheusTool('promtool')
})

const run = (...args: string[]) => promisify(execFile)(promtool, args, { cwd: rules })

test('the rules are valid', async () => {
  expect((await run('check', 'rules', join(rules, 'koff.rules.yml'))).stdout).toContain('SUCCESS: 12 rules found')
})

test('the rules about groups are valid', async () => {
  expect((await run('check', 'rules', join(rules, 'groups.rules.yml'))).stdout).toContain('SUCCESS: 9 rules found')
})

test.each(['koff.rules.test.yml', 'groups.rules.test.yml'])(
  '%s: each rule fires when it should and not when all is well',
  async file => {
    expect((await run('test', 'rules', file)).stdout).toContain('SUCCESS')
  },
)

test('the metrics of groups are as Prometheus wants them, but for the names that they share with other exporters', async () => {
  const checking = run('check', 'metrics')
  const w = new World()
    .generation(1, member('a', [0]))
    .commit({ 0: 5 })
    .sample({ 0: 9 })
  checking.child.stdin?.end(groupText(groupReport(w.fold, { grain: 'partition', maxSeries: 1_000, wants: () => true })))
  expect((await checking).stderr).toBe('')
})

test('the metrics are as Prometheus wants them', async () => {
  const checking = run('check', 'metrics')
  checking.child.stdin?.end(await prometheusTelemetry({ version: '0', pipelines: ['kafka', 'alerts'] }).text())
  expect((await checking).stderr).toBe('')
})
