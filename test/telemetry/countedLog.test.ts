import { expect, test } from 'vitest'
import { countedLog } from '../../src/telemetry/countedLog.ts'
import { noTelemetry } from '../../src/telemetry/telemetry.ts'
import { linesTo } from '../engine/linesTo.ts'

test('lines are counted by level and written; debug lines are not counted', () => {
  const counted: unknown[] = []
  const lines: string[] = []
  const log = countedLog(linesTo(lines), {
    ...noTelemetry,
    count: (metric, labels) => counted.push({ metric, ...labels }),
  })
  log.debug('a')
  log.info('b')
  log.warn('c')
  log.error('d')
  expect(lines).toEqual(['a', 'b', 'c', 'd'])
  expect(counted).toEqual(['info', 'warn', 'error'].map(level => ({ metric: 'koff_log_lines_total', level })))
})
