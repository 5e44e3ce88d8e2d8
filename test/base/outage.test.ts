import { expect, test } from 'vitest'
import { noLog } from '../../src/base/log.ts'
import { createOutage } from '../../src/base/outage.ts'

function place() {
  const lines: string[] = []
  let time = 0
  const note = (line: string) => void lines.push(line)
  const outage = createOutage({
    log: { ...noLog, warn: note, info: note },
    began: (reason, kind) => (kind === 'deleted' ? reason : `${reason}; trying again`),
    ended: seconds => `over after ${seconds} s`,
    now: () => time,
  })
  return { lines, at: (ms: number) => (time = ms), outage }
}

test('an outage has one line when it begins and one when it is over, however often it fails', () => {
  const { lines, at, outage } = place()
  outage.begin('refused')
  at(30_000)
  outage.begin('reset')
  at(90_000)
  outage.begin('refused')
  expect(outage.isOpen).toBe(true)
  outage.end()
  outage.end()
  expect(lines).toEqual(['refused; trying again', 'over after 90.0 s'])
  outage.begin('refused')
  expect(lines).toHaveLength(3)
})

test('a deleted topic is reported at once, also within an outage, and again after each minute', () => {
  const { lines, at, outage } = place()
  outage.begin('no leader')
  at(3_000)
  outage.begin('topic t was deleted', 'deleted')
  at(62_000)
  outage.begin('topic t was deleted', 'deleted')
  expect(lines).toEqual(['no leader; trying again', 'topic t was deleted'])
  at(63_000)
  outage.begin('topic t was deleted', 'deleted')
  at(122_999)
  outage.begin('topic t was deleted', 'deleted')
  at(123_000)
  outage.begin('topic t was deleted', 'deleted')
  expect(lines.slice(1)).toEqual(Array(3).fill('topic t was deleted'))
})
