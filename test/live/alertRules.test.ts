import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { prometheusTool } from '../servers/prometheus.ts'

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

test('each rule fires when it should and not when all is well', async () => {
  expect((await run('test', 'rules', 'koff.rules.test.yml')).stdout).toContain('SUCCESS')
})

test('the metrics are as Prometheus wants them', async () => {
  const checking = run('check', 'metrics')
  checking.child.stdin?.end(await prometheusTelemetry({ version: '0', pipelines: ['kafka', 'alerts'] }).text())
  expect((await checking).stderr).toBe('')
})
