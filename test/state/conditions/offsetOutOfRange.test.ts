import { describe, expect, it } from 'vitest'
import { member, start, World } from './world.ts'

const busy = () => new World().generation(1, member('a', [0])).commit({ 0: 100 })

const cases: readonly { readonly name: string; readonly play: (w: World) => void; readonly said: readonly string[] }[] =
  [
    {
      name: 'opens at the first sample whose log start is above the committed offset; closes when that is in the log again',
      play: w => {
        w.wait(10)
          .sample({ 0: [0, 100] })
          .wait(10)
          .sample({ 0: [150, 200] })
          .wait(10)
          .sample({ 0: [160, 200] })
        w.wait(5)
          .commit({ 0: 200 })
          .wait(5)
          .sample({ 0: [160, 200] })
      },
      said: ['20 offset-out-of-range orders/0', '40 offset-range-recovered orders/0'],
    },
    {
      name: 'opens at the second sample running whose log end is below it',
      play: w => w.wait(10).sample({ 0: 50 }).wait(10).sample({ 0: 50 }).wait(10).sample({ 0: 50 }),
      said: ['20 offset-out-of-range orders/0'],
    },
    {
      name: 'opens where the same offset above the log end is committed again and again',
      play: w => w.every10(30, w => w.commit({ 0: 100 }).sample({ 0: 50 })),
      said: ['20 offset-out-of-range orders/0'],
    },
    {
      name: 'does not open where samples are older than the commits of a fast consumer',
      play: w => w.every10(300, (w, s) => w.commit({ 0: 100 + s }).sample({ 0: 95 + s }, 1)),
      said: [],
    },
    {
      name: 'does not open where a client committed that it has no offset (kafkajs does)',
      play: w => w.commit({ 0: -2 }).every10(120, w => w.sample({ 0: [50, 100] })),
      said: [],
    },
    { name: 'does not open at the log start', play: w => w.wait(10).sample({ 0: [100, 100] }), said: [] },
    { name: 'does not open at the log end', play: w => w.every10(60, w => w.sample({ 0: 100 })), said: [] },
    {
      name: 'does not open by one sample above the log end',
      play: w => w.wait(10).sample({ 0: 50 }).wait(10).sample({ 0: 100 }).wait(10).sample({ 0: 50 }),
      said: [],
    },
    {
      name: 'closes when the offset is deleted',
      play: w =>
        w
          .wait(10)
          .sample({ 0: [150, 200] })
          .wait(3)
          .commit({ 0: null }),
      said: ['10 offset-out-of-range orders/0', '13 offset-range-recovered orders/0'],
    },
    {
      name: 'opens, closes and opens again without a commit in between: no id twice',
      play: w =>
        w
          .wait(10)
          .sample({ 0: [150, 200] })
          .wait(10)
          .sample({ 0: 100 })
          .wait(10)
          .sample({ 0: [150, 200] }),
      said: [
        '10 offset-out-of-range orders/0',
        '20 offset-range-recovered orders/0',
        '30 offset-out-of-range orders/0',
      ],
    },
  ]

describe('offset-out-of-range', () => {
  it.each(cases)('$name', ({ play, said }) => {
    const w = busy()
    play(w)
    expect(w.said).toEqual(said)
    expect(new Set(w.events.map(({ id }) => id)).size).toBe(w.events.length)
  })

  it('has the committed offset and the range of the log', () => {
    const w = busy()
      .wait(10)
      .sample({ 0: [150, 200] })
    expect(w.conditions).toMatchObject([
      {
        id: '0-1-offset-out-of-range-0',
        severity: 'error',
        time: start + 10_000,
        source: { partition: 0, offset: 1 },
        data: { topic: 'orders', partition: 0, offset: 100, logStart: 150, logEnd: 200 },
      },
    ])
  })
})
