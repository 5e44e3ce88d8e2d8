import { describe, expect, it } from 'vitest'
import { member, start, World } from './world.ts'

/** A member that comes and goes every so many seconds: each time a rebalance. */
function flapping(w: World, times: number, seconds: number, first = 1): World {
  for (let n = first; n < first + times; n++) {
    w.wait(seconds)
    if (n % 2 === 1) w.generation(1 + n, member('a', [0]), member(`b${n}`, [1]))
    else w.generation(1 + n, member('a', [0, 1]))
  }
  return w
}

const steady = () => new World().generation(1, member('a', [0, 1])).wait(3_600)

const cases: readonly { readonly name: string; readonly play: () => World; readonly said: readonly string[] }[] = [
  {
    name: 'opens with the fifth rebalance in ten minutes, closes ten minutes after the last',
    play: () => flapping(steady(), 7, 60).every10(700, w => w.tick()),
    said: ['3900 rebalance-storm', '4620 rebalance-settled'],
  },
  {
    name: 'closes with a later record, without a tick',
    play: () => flapping(steady(), 5, 60).wait(900).commit({ 0: 1 }, 'other'),
    said: ['3900 rebalance-storm', '4500 rebalance-settled'],
  },
  { name: 'four are none', play: () => flapping(steady(), 4, 60).every10(700, w => w.tick()), said: [] },
  { name: 'five in more than ten minutes are none', play: () => flapping(steady(), 20, 151), said: [] },
  {
    name: 'a burst counts once: a group of twenty that starts up',
    play: () => {
      const w = steady()
      for (let n = 2; n < 22; n++)
        w.wait(0.2).generation(n, ...Array.from({ length: n }, (_, i) => member(`m${i}`, [i])))
      return w.every10(700, w => w.tick())
    },
    said: [],
  },
  {
    name: 'a storm without a pause is not one burst: it opens when it has lasted long enough to count five',
    play: () => flapping(steady(), 15, 2),
    said: ['3626 rebalance-storm'],
  },
  {
    name: 'closes when the group is gone',
    play: () => {
      const w = flapping(steady(), 5, 60).wait(5)
      return w.batch(w.tombstone())
    },
    said: ['3900 rebalance-storm', '3905 rebalance-settled'],
  },
  {
    name: 'after it settled the next one counts from nothing',
    play: () =>
      flapping(
        flapping(steady(), 5, 60).every10(600, w => w.tick()),
        5,
        60,
        6,
      ),
    said: ['3900 rebalance-storm', '4500 rebalance-settled', '4800 rebalance-storm'],
  },
]

describe('rebalance-storm', () => {
  it.each(cases)('$name', ({ play, said }) => expect(play().said).toEqual(said))

  it('says how many, and which members came and went', () => {
    const w = flapping(steady(), 5, 60)
    expect(w.conditions).toMatchObject([
      {
        id: '0-5-rebalance-storm-0',
        severity: 'error',
        time: start + 3_900_000,
        source: { partition: 0, offset: 5, timestamp: start + 3_900_000 },
        data: {
          count: 5,
          joined: [{ memberId: 'b1' }, { memberId: 'b3' }, { memberId: 'b5' }],
          left: [{ memberId: 'b1' }, { memberId: 'b3' }],
        },
      },
    ])
  })
})
