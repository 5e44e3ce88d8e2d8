import { expect, it } from 'vitest'
import { createOutages } from '../../../src/runtime/delivery/outages.ts'
import { noLog } from '../../../src/runtime/log.ts'

function outages() {
  const lines: string[] = []
  let time = 0
  const note = (line: string) => void lines.push(line)
  return { lines, at: (ms: number) => (time = ms), ...createOutages({ ...noLog, warn: note, info: note }, () => time) }
}

it('many partitions that cannot be read nor delivered are one outage, over with the last of them', () => {
  const { lines, at, begin, end } = outages()
  begin('reading', [0, 1], 'the broker is gone')
  begin('delivery', [1], 'the broker is gone, too')
  at(2_500)
  end('reading', [0, 1])
  expect(lines).toEqual(['the broker is gone; trying again until it works, nothing is lost'])
  end('delivery', [1])
  end('delivery', [1])
  expect(lines.slice(1)).toEqual(['delivering again after 2.5 s'])
})

it('what was wrong with a partition that is another instance’s now keeps no outage open', () => {
  const { lines, begin, keep } = outages()
  begin('delivery', [3], 'fenced')
  keep(new Set([3, 4]))
  expect(lines).toHaveLength(1)
  keep(new Set([4]))
  expect(lines).toHaveLength(2)
})

it('nothing wrong is nothing to tell', () => {
  const { lines, begin, end, keep } = outages()
  begin('reading', [], 'nobody')
  end('reading', [1])
  keep(new Set())
  expect(lines).toEqual([])
})
