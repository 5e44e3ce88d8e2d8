import { expect, it } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import { noLog } from '../../src/base/log.ts'
import { tellOpening } from '../../src/base/opening.ts'

function place() {
  const lines: string[] = []
  let time = 0
  const note = (level: string) => (line: string) => void lines.push(`${level}: ${line}`)
  return {
    lines,
    at: (ms: number) => (time = ms),
    opening: tellOpening({ ...noLog, warn: note('warn'), info: note('info') }, () => time),
  }
}

const gone = new KoffError('SINK_FAILED', 'Redis at a:1 cannot be reached: refused', { retriable: true })

it('a missing dependency is logged once, with the time limit, and once when it is available', () => {
  const { lines, at, opening } = place()
  const watch = opening('Redis at a:1')
  watch.retried(gone, 30_000)
  at(900)
  watch.retried(gone, 30_000)
  expect(lines).toEqual(['warn: Redis at a:1 cannot be reached: refused; trying for 30 s'])
  at(3_120)
  watch.worked()
  expect(lines.slice(1)).toEqual(['info: Redis at a:1 is available after 3.1 s'])
})

it('of several things each has its own lines', () => {
  const { lines, opening } = place()
  for (const what of ['registry', 'Kafka']) opening(what).retried(gone, 1_500)
  expect(lines).toEqual(Array.from({ length: 2 }, () => `warn: ${gone.message}; trying for 1.5 s`))
})
