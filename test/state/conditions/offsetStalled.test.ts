import { describe, expect, it } from 'vitest'
import { busy, type Case, run } from './stalls.ts'
import { consumer, member, start, World } from './world.ts'

const opening: Case[] = [
  {
    name: 'the log end is ahead at every sample and nothing is committed for stallAfter',
    play: w => busy(w).every10(80, w => w.sample({ 0: 120 })),
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'the log end grows, the commits do not',
    play: w => busy(w).every10(80, (w, s) => w.sample({ 0: 120 + s })),
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'the same offset is committed again and again',
    play: w => busy(w).every10(80, w => w.commit({ 0: 100 }).sample({ 0: 120 })),
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'the offset goes back and does not grow',
    play: w => busy(w).every10(80, (w, s) => w.commit({ 0: 100 - s }).sample({ 0: 120 })),
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'one silent partition of a busy member',
    play: w =>
      busy(w)
        .commit({ 0: 100, 1: 50 })
        .every10(80, (w, s) => w.commit({ 0: 100 + s }).sample({ 0: 101 + s, 1: 51 })),
    said: ['70 offset-stalled orders/1'],
  },
  {
    name: 'a young group with one commit',
    play: w =>
      w
        .generation(1, member('a', [0]))
        .commit({ 0: 0 })
        .every10(70, w => w.sample({ 0: 5 })),
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'a consumer that was level, stopped, and whose log then grew: from the first sample that saw it',
    play: w => {
      busy(w).every10(300, w => w.sample({ 0: 100 }))
      w.every10(80, w => w.sample({ 0: 101 }))
    },
    said: ['370 offset-stalled orders/0'],
  },
  {
    name: 'a member that crashed: its group ran empty after the window began',
    play: w => {
      busy(w).every10(40, w => w.sample({ 0: 120 }))
      w.generation(2)
      w.every10(40, w => w.sample({ 0: 120 }))
    },
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'a job that commits without being a member, in a group that had some',
    play: w => {
      busy(w).generation(2).wait(10)
      w.every10(60, (w, s) => w.commit({ 0: 100 + s }).sample({ 0: 101 + s }))
      w.every10(80, w => w.sample({ 0: 300 }))
    },
    said: ['130 offset-stalled orders/0'],
  },
  {
    name: 'a simple group that stopped committing',
    play: w => {
      w.every10(60, (w, s) => w.commit({ 0: s }).sample({ 0: s + 1 }))
      w.every10(80, w => w.sample({ 0: 200 }))
    },
    said: ['120 offset-stalled orders/0'],
  },
  {
    name: 'the clock of koff was an hour ahead and is set right: from the first sample after that',
    play: w => {
      busy(w).every10(30, w => w.wait(3_600).sample({ 0: 120 }).wait(-3_600))
      w.every10(80, w => w.sample({ 0: 120 }))
    },
    said: ['100 offset-stalled orders/0'],
  },
  {
    name: 'an empty group where that is asked for',
    settings: { stallEmptyGroups: true },
    play: w => {
      busy(w).generation(2)
      w.every10(80, w => w.sample({ 0: 120 }))
    },
    said: ['70 offset-stalled orders/0'],
  },
  {
    name: 'its own threshold',
    settings: { stallAfterMs: 20_000, stallMinLag: 10 },
    play: w =>
      busy(w)
        .commit({ 1: 100 })
        .every10(40, w => w.sample({ 0: 110, 1: 109 })),
    said: ['30 offset-stalled orders/0'],
  },
  {
    name: 'members that crash again and again cannot hide it for longer than the rebalance timeout',
    play: w => {
      const timeout = { rebalanceTimeoutMs: 30_000 }
      w.generation(1, member('a', [0], timeout)).commit({ 0: 100 })
      w.every10(110, (w, s) => w.generation(1 + s / 10, member(`a${s}`, [0], timeout)).sample({ 0: 120 }))
    },
    said: ['40 rebalance-storm', '100 offset-stalled orders/0'],
  },
  {
    name: 'a rebalance that takes longer than its timeout does not hide it either',
    play: w => {
      const timeout = { rebalanceTimeoutMs: 20_000 }
      w.epoch(2, { a: consumer(2, [0], timeout) })
        .commit({ 0: 100 })
        .wait(5)
      w.epoch(3, { b: { epoch: 3, ...timeout } })
      w.every10(100, w => w.sample({ 0: 120 }))
    },
    said: ['15 rebalance-stuck', '95 offset-stalled orders/0'],
  },
]

const closing: Case[] = [
  {
    name: 'retention removed all that was not read',
    play: w => {
      busy(w).every10(70, w => w.sample({ 0: 120 }))
      w.wait(10).sample({ 0: [120, 120] })
    },
    said: ['70 offset-stalled orders/0', '80 offset-resumed orders/0', '80 offset-out-of-range orders/0'],
  },
  {
    name: 'it grows, with the commit and not with the next sample',
    play: w => {
      busy(w).every10(75, w => w.sample({ 0: 120 }))
      w.wait(3).commit({ 0: 101 })
      w.every10(60, w => w.sample({ 0: 120 }))
    },
    said: ['70 offset-stalled orders/0', '73 offset-resumed orders/0'],
  },
  {
    name: 'the lag is 0, without a commit (the topic was recreated)',
    play: w => {
      busy(w).every10(70, w => w.sample({ 0: 120 }))
      w.wait(10).sample({ 0: 100 })
      w.every10(60, w => w.sample({ 0: 100 }))
    },
    said: ['70 offset-stalled orders/0', '80 offset-resumed orders/0'],
  },
  {
    name: 'the lag is 0 and the clock of koff was set back meanwhile',
    play: w => {
      busy(w).every10(80, w => w.sample({ 0: 120 }))
      w.wait(-3_600).sample({ 0: 100 })
    },
    said: ['70 offset-stalled orders/0', '-3520 offset-resumed orders/0'],
  },
  {
    name: 'the offset is deleted (its topic was)',
    play: w => {
      busy(w).every10(70, w => w.sample({ 0: 120 }))
      w.wait(5).commit({ 0: null })
      w.every10(60, w => w.sample({ 0: 120 }))
    },
    said: ['70 offset-stalled orders/0', '75 offset-resumed orders/0'],
  },
  {
    name: 'it stalls once more, after three times as long: another opening with another id',
    play: w => {
      busy(w).every10(70, w => w.sample({ 0: 120 }))
      w.wait(5).commit({ 0: 110 })
      w.every10(220, w => w.sample({ 0: 120 }))
      w.wait(1).commit({ 0: 120 })
    },
    said: [
      '70 offset-stalled orders/0',
      '75 offset-resumed orders/0',
      '280 offset-stalled orders/0',
      '296 offset-resumed orders/0',
    ],
  },
  {
    name: 'it does not close where the same offset is committed, or a lower one',
    play: w => {
      busy(w).every10(70, w => w.sample({ 0: 120 }))
      w.wait(1).commit({ 0: 100 }).wait(1).commit({ 0: 50 })
      w.every10(60, w => w.sample({ 0: 120 }))
      w.wait(1).commit({ 0: 51 })
    },
    said: ['70 offset-stalled orders/0', '133 offset-resumed orders/0'],
  },
]

describe('offset-stalled', () => {
  it.each(opening)('opens: $name', entry => expect(run(entry).said).toEqual(entry.said))
  it.each(closing)('closes: $name', entry => expect(run(entry).said).toEqual(entry.said))

  it('says where, how far behind, why and whose it is', () => {
    const w = busy(new World()).every10(70, w => w.sample({ 0: [3, 120] }))
    expect(w.conditions).toMatchObject([
      {
        id: '0-1-offset-stalled-0',
        group: 'g',
        groupType: 'classic',
        severity: 'error',
        time: start + 70_000,
        source: { partition: 0, offset: 1, timestamp: start },
        data: {
          topic: 'orders',
          partition: 0,
          offset: 100,
          logEnd: 120,
          lag: 20,
          reason: 'silent',
          member: { id: 'a', clientId: 'client', host: '/127.0.0.1' },
        },
      },
    ])
    w.wait(2).commit({ 0: 101 })
    expect(w.conditions[1]).toMatchObject({
      id: '0-2-offset-resumed-0',
      severity: 'info',
      data: { topic: 'orders', partition: 0, opened: '0-1-offset-stalled-0', durationMs: 72_000 },
    })
  })

  it('lasts from when the offset last grew, however often the same was committed since', () => {
    const w = busy(new World()).every10(300, w => w.commit({ 0: 100 }).sample({ 0: 100 }))
    w.every10(70, w => w.commit({ 0: 100 }).sample({ 0: 120 }))
    w.wait(5).commit({ 0: 101 })
    expect(w.conditions.map(({ data }) => 'durationMs' in data && data.durationMs)).toEqual([false, 375_000])
  })

  it('does not say how long it lasted where the offset last grew before the end of history, also after a restart', () => {
    const first = busy(new World({}, { history: { liveFrom: start + 10_000 } }))
    first.commit({ 0: 100 }).wait(10).commit({ 0: 100 })
    const w = first.restarted().every10(70, w => w.sample({ 0: 120 }))
    w.wait(5).commit({ 0: 101 })
    expect(w.said).toEqual(['80 offset-stalled orders/0', '85 offset-resumed orders/0'])
    expect(w.conditions[1]?.data).toMatchObject({ durationMs: null })
    w.every10(300, w => w.sample({ 0: 120 }))
    w.commit({ 0: 102 })
    expect(w.conditions.at(-1)?.data).toMatchObject({ durationMs: 300_000 })
  })

  it('counts as lag only what the log still holds', () => {
    const w = busy(new World()).every10(70, w => w.sample({ 0: [110, 120] }))
    expect(w.conditions.find(({ type }) => type === 'offset-stalled')?.data).toMatchObject({ offset: 100, lag: 10 })
  })

  it('has as its source the commit that its offset is of, not the one that began the window', () => {
    const w = busy(new World()).wait(10).sample({ 0: 120 })
    w.wait(20).commit({ 0: 90 })
    w.wait(20).commit({ 0: 80 })
    w.every10(20, w => w.sample({ 0: 120 }))
    expect(w.conditions).toMatchObject([
      {
        id: '0-3-offset-stalled-0',
        time: start + 70_000,
        source: { offset: 3, timestamp: start + 50_000 },
        data: { offset: 80, lag: 40 },
      },
    ])
  })

  it('repeating: the same commit keeps coming; silent: the last one came early in the window', () => {
    const reasonOf = (commitsUntil: number) => {
      const w = busy(new World()).every10(70, (w, s) =>
        (s <= commitsUntil ? w.commit({ 0: 100 }) : w).sample({ 0: 120 }),
      )
      return w.conditions.map(({ data }) => 'reason' in data && data.reason)
    }
    expect(reasonOf(70)).toEqual(['repeating'])
    expect(reasonOf(50)).toEqual(['repeating'])
    expect(reasonOf(40)).toEqual(['silent'])
    expect(reasonOf(0)).toEqual(['silent'])
  })

  it('names the owner in a group that assigns by topic id, none where the name is unknown or there is no owner', () => {
    const ownerOf = (prepare: (w: World) => World) => {
      const w = prepare(new World())
        .commit({ 0: 100 })
        .every10(70, w => w.sample({ 0: 120 }))
      return w.conditions.map(({ data }) => 'member' in data && data.member?.id)
    }
    expect(ownerOf(w => w.topic(1).epoch(2, { a: consumer(2, [1]), b: consumer(2, [0]) }))).toEqual(['b'])
    expect(ownerOf(w => w.epoch(2, { b: consumer(2, [0]) }))).toEqual([undefined])
    expect(ownerOf(w => w.generation(1, member('a', [1])))).toEqual([undefined])
  })

  it('samples without a tick are judged before the next record and at the end', () => {
    const w = busy(new World())
    const sample = () =>
      w.input({ kind: 'logEnd', topic: 'orders', partition: 0, logStart: 0, logEnd: 120, timestamp: w.now })
    w.wait(10)
    sample()
    w.wait(60)
    sample()
    w.wait(1).commit({ 0: 105 })
    expect(w.said).toEqual(['70 offset-stalled orders/0', '71 offset-resumed orders/0'])
    sample()
    w.wait(183)
    sample()
    expect(w.fold.end().map(({ type }) => type)).toEqual(['offset-stalled'])
  })

  it('opened twice on one commit: under two ids', () => {
    const w = busy(new World())
    const stall = () => w.every10(70, w => w.sample({ 0: 120 }))
    stall()
    // The log was truncated, and grows again.
    w.wait(1).sample({ 0: 100 })
    stall()
    w.wait(1).sample({ 0: 100 })
    w.wait(1).sample({ 0: 110 }).commit({ 0: 100 })
    stall()
    expect(w.conditions.map(({ id }) => id)).toEqual([
      '0-1-offset-stalled-0',
      '0-1-offset-resumed-0',
      '0-1-offset-stalled-1',
      '0-1-offset-resumed-1',
      '0-2-offset-stalled-0',
    ])
  })
})
