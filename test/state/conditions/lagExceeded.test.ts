import { describe, expect, it } from 'vitest'
import type { Fold } from '../../../src/engine/fold.ts'
import { encodeState } from '../../../src/state/stored/encode.ts'
import { commitOf } from '../batchOf.ts'
import { restoreInto } from '../stored/restoreInto.ts'
import { member, start, World } from './world.ts'

/** Partition 0 moves from one instance to another by its stored state. */
function move(from: Fold, to: Fold): void {
  to.adopt(0, restoreInto(to.newState(0), encodeState(from.stateOf(0))))
}

const settings = { lagThreshold: 100, lagForMs: 30_000, stallAfterMs: 3_600_000 }
const busy = (more = {}) =>
  new World({ ...settings, ...more }).generation(1, member('a', [0, 1])).commit({ 0: 0, 1: 0 })

const cases: readonly { readonly name: string; readonly play: (w: World) => void; readonly said: readonly string[] }[] =
  [
    {
      name: 'opens when the sum was at the threshold for lagFor, recovers below half of it',
      play: w => {
        w.every10(60, w => w.sample({ 0: 60, 1: 40 }))
        w.wait(5).commit({ 0: 50 })
        w.every10(20, w => w.sample({ 0: 60, 1: 40 }))
        w.wait(1).commit({ 0: 51 }).wait(4).sample({ 0: 60, 1: 40 })
      },
      said: ['40 lag-exceeded', '90 lag-recovered'],
    },
    {
      name: 'one sample below the threshold restarts the time',
      play: w => w.every10(70, (w, s) => w.sample({ 0: s === 30 ? 99 : 100 })),
      said: ['70 lag-exceeded'],
    },
    {
      name: 'the clock of koff is set back by an hour: the time restarts',
      play: w => {
        w.every10(20, w => w.wait(3_600).sample({ 0: 100 }).wait(-3_600))
        w.every10(50, w => w.sample({ 0: 100 }))
      },
      said: ['60 lag-exceeded'],
    },
    { name: 'does not open below the threshold', play: w => w.every10(600, w => w.sample({ 0: 59, 1: 40 })), said: [] },
    {
      name: 'a partition without a sample in a round counts as last seen',
      play: w =>
        w
          .wait(10)
          .sample({ 0: 60, 1: 60 })
          .every10(40, w => w.sample({ 0: 60 })),
      said: ['40 lag-exceeded'],
    },
    {
      name: 'records that retention removed are not lag',
      play: w => w.every10(60, w => w.sample({ 0: [150, 200], 1: [1_000, 1_049] })),
      said: ['10 offset-out-of-range orders/0', '10 offset-out-of-range orders/1'],
    },
    {
      name: 'the rest of a log whose start retention removed counts as lag',
      play: w => w.every10(40, w => w.sample({ 0: [150, 200], 1: [1_000, 1_050] })),
      said: ['10 offset-out-of-range orders/0', '10 offset-out-of-range orders/1', '40 lag-exceeded'],
    },
    {
      name: 'an offset that is ahead of its sample does not make up for another one',
      play: w => w.commit({ 1: 500 }).every10(40, w => w.sample({ 0: 100, 1: 0 })),
      said: ['20 offset-out-of-range orders/1', '40 lag-exceeded'],
    },
    {
      name: 'recovers when the group is gone',
      play: w =>
        w
          .every10(40, w => w.sample({ 0: 100 }))
          .wait(1)
          .generation(2)
          .batch(...[0, 1].map(at => commitOf('g', 'orders', at, null)), w.tombstone()),
      said: ['40 lag-exceeded', '41 lag-recovered'],
    },
    {
      name: 'recovers when all of its offsets are deleted',
      play: w =>
        w
          .every10(40, w => w.sample({ 0: 100 }))
          .wait(1)
          .commit({ 0: null, 1: null })
          .wait(4)
          .tick(),
      said: ['40 lag-exceeded', '45 lag-recovered'],
    },
  ]

describe('lag-exceeded', () => {
  it.each(cases)('$name', ({ play, said }) => {
    const w = busy()
    play(w)
    expect(w.said.toSorted()).toEqual(said.toSorted())
  })

  it('after a restart it is not over because not all logs could be sampled at once', () => {
    const first = busy().every10(40, w => w.sample({ 0: 40, 1: 100 }))
    const restarted = new World(settings)
    move(first.fold, restarted.fold)
    restarted.wait(50).sample({ 0: 40 })
    expect(restarted.said).toEqual([])
    restarted.wait(10).sample({ 0: 40, 1: 100 }).wait(10).sample({ 0: 10, 1: 10 })
    expect(restarted.said).toEqual(['70 lag-recovered'])
  })

  it('where a log cannot be sampled for good, it is over a round after the restart', () => {
    const first = busy().every10(40, w => w.sample({ 0: 100 }))
    const restarted = new World(settings)
    move(first.fold, restarted.fold)
    restarted.wait(50).sample({ 0: 10 }).wait(10).sample({ 0: 10 })
    expect(restarted.said).toEqual(['60 lag-recovered'])
  })

  it('where the partition comes back to an instance that had it before, old samples do not end it', () => {
    const here = busy().every10(10, w => w.sample({ 0: 10, 1: 10 }))
    const there = busy().every10(60, w => w.sample({ 0: 100, 1: 100 }))
    move(there.fold, here.fold)
    here.wait(60).sample({ 0: 30 })
    expect(here.said).toEqual([])
    here.wait(10).sample({ 0: 30, 1: 100 }).wait(10).sample({ 0: 0, 1: 0 })
    expect(here.said).toEqual(['90 lag-recovered'])
  })

  it('is off unless there is a threshold', () => {
    const w = busy({ lagThreshold: null }).every10(600, w => w.sample({ 0: 1_000_000 }))
    expect(w.said).toEqual([])
  })

  it('of two that are as far behind says the lower one, in whichever order they were first committed', () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const w = new World(settings).generation(1, member('a', [0, 1]))
      for (const partition of order) w.commit({ [partition]: 0 })
      const { events } = w.every10(40, w => w.sample({ 0: 60, 1: 60 }))
      const opened = events.find(({ type }) => type === 'lag-exceeded')
      expect(opened?.data).toMatchObject({ worst: { topic: 'orders', partition: 0, lag: 60 } })
    }
  })

  it('says how far behind, by which threshold, and the worst partition', () => {
    const w = busy().every10(40, w => w.sample({ 0: 60, 1: 70 }))
    expect(w.conditions).toMatchObject([
      {
        id: '0-2-lag-exceeded-0',
        severity: 'warn',
        time: start + 40_000,
        data: { lag: 130, threshold: 100, worst: { topic: 'orders', partition: 1, lag: 70 } },
      },
    ])
  })
})
