import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { serviceLog } from '../../src/app/serviceLog.ts'
import type { Config } from '../../src/config/schema.ts'

/** The lines that a log wrote at that level. */
function written(level: Config['logLevel'], isTTY: boolean, TERM = 'xterm'): string[] {
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })
  const log = serviceLog({ level, name: 'orders', shell: { stderr: output, variables: { TERM } } })
  log.debug('committed', { events: 2 })
  log.info('owns partitions 0-2', { partitions: [0, 1, 2] })
  log.warn('a:1: connection refused\u001b[2J')
  log.error('gives up', { code: 'BROKER_ERROR' })
  return ((output.read() as string | null) ?? '').split('\n').slice(0, -1)
}

describe('the log of a service', () => {
  it('is a JSON object a line, with named fields', () => {
    const lines = written('info', false).map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { level: 'info', name: 'orders', pid: process.pid, msg: 'owns partitions 0-2', partitions: [0, 1, 2] },
      { level: 'warn', msg: 'a:1: connection refused\u001b[2J' },
      { level: 'error', msg: 'gives up', code: 'BROKER_ERROR' },
    ])
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('is for people on a terminal, which nothing in it can command', () => {
    const lines = written('debug', true).map(stripVTControlCharacters)
    expect(lines.map(line => line.replace(/^\r\d\d:\d\d:\d\d\.\d{3} /, ''))).toEqual([
      'debug committed',
      'info  owns partitions 0-2',
      'warn  a:1: connection refused\\u001b[2J',
      'error gives up',
    ])
  })

  it('takes no line away on a terminal that cannot', () => {
    expect(written('debug', true).join('')).toContain('\r\u001b[K')
    expect(written('debug', true, 'dumb').join('')).not.toContain('\r')
  })

  it.each<[level: Config['logLevel'], lines: number]>([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ])('at level %s has %i of four lines', (level, count) => {
    expect(written(level, false)).toHaveLength(count)
  })
})
