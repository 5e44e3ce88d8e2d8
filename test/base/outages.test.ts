import { expect, it } from 'vitest'
import { noLog } from '../../src/base/log.ts'
import { createOutages } from '../../src/base/outages.ts'

function place() {
  const lines: string[] = []
  let time = 0
  const note = (line: string) => void lines.push(line)
  return {
    lines,
    at: (ms: number) => (time = ms),
    outages: createOutages({ ...noLog, warn: note, info: note }, () => time),
  }
}

it('many partitions that cannot be read nor delivered are one outage, over with the last of them', () => {
  const { lines, at, outages } = place()
  outages.begin('reading', [0, 1], 'the broker is gone')
  outages.begin('delivery', [1], 'the broker is gone, too')
  at(2_500)
  outages.end('reading', [0, 1])
  expect(lines).toEqual(['the broker is gone; retrying until it works, nothing is lost'])
  outages.end('delivery', [1])
  outages.end('delivery', [1])
  expect(lines.slice(1)).toEqual(['delivering again after 2.5 s'])
})

it('a failure of a partition that another instance owns now keeps no outage open', () => {
  const { lines, outages } = place()
  outages.begin('delivery', [3], 'fenced')
  outages.keep(new Set([3, 4]))
  expect(lines).toHaveLength(1)
  outages.keep(new Set([4]))
  expect(lines).toHaveLength(2)
})

it('without a failure nothing is logged', () => {
  const { lines, outages } = place()
  outages.begin('reading', [], 'nobody')
  outages.end('reading', [1])
  outages.keep(new Set())
  expect(lines).toEqual([])
})
