import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { member, start, World } from './world.ts'

const timeout = { rebalanceTimeoutMs: 60_000 }
const settled = () => new World().generation(1, member('a', [0], timeout))

/** Of rebalances: the second since the start, type, and what tells the start. */
function told(world: World): string[] {
  return world.events
    .filter(({ type }) => type.startsWith('rebalance') || type.startsWith('group-'))
    .map(({ type, time, data }) => {
      const by = 'seenBy' in data ? ` ${data.seenBy}` : ''
      return `${(time - start) / 1000} ${type}${by}`
    })
}

const cases: readonly { readonly name: string; readonly play: () => World; readonly said: readonly string[] }[] = [
  {
    name: 'is reported once for each rebalance in a sample, with the time of the sample',
    play: () => {
      const w = settled().wait(10).listed('PreparingRebalance').wait(10).listed('CompletingRebalance').wait(2)
      w.generation(2, member('a', [0], timeout), member('b', [1], timeout))
      return w.wait(8).listed(null).wait(10).listed('PreparingRebalance')
    },
    said: [
      '0 group-created',
      '0 rebalance',
      '10 rebalance-started sample',
      '22 rebalance',
      '40 rebalance-started sample',
    ],
  },
  {
    name: 'is not reported where the rebalance completed just before or after the request',
    play: () => {
      const w = settled().wait(10)
      const { position } = w
      return w.generation(2, member('a', [0], timeout)).listed('CompletingRebalance', { position })
    },
    said: ['0 group-created', '0 rebalance', '10 rebalance'],
  },
  {
    name: 'is not reported for a group without members, an unknown group, or one of another kind',
    play: () => {
      const w = settled().wait(5).generation(2).wait(5).listed('PreparingRebalance')
      return w
        .listed('PreparingRebalance', { group: 'unknown' })
        .commit({ 0: 1 }, 'simple')
        .listed('PreparingRebalance', { group: 'simple' })
    },
    said: ['0 group-created', '0 rebalance', '5 group-emptied', '10 group-created'],
  },
  {
    name: 'ends without an event where a later sample shows that the coordinator forgot it',
    play: () =>
      settled().wait(10).listed('PreparingRebalance').wait(10).listed('Stable').wait(10).listed('PreparingRebalance'),
    said: ['0 group-created', '0 rebalance', '10 rebalance-started sample', '30 rebalance-started sample'],
  },
  {
    name: 'does not end because no coordinator answered, or the answer has no such group',
    play: () => {
      const w = settled().wait(10).listed('PreparingRebalance').wait(10).tick().wait(10).listed(null)
      return w.wait(10).listed('PreparingRebalance')
    },
    said: ['0 group-created', '0 rebalance', '10 rebalance-started sample', '40 rebalance-stuck'],
  },
  {
    name: 'ends with the group, or when its last member went',
    play: () => {
      const w = settled().wait(10).listed('PreparingRebalance').wait(5).generation(2)
      return w
        .wait(5)
        .batch(w.tombstone())
        .wait(5)
        .generation(1, member('a', [0], timeout))
    },
    said: [
      '0 group-created',
      '0 rebalance',
      '10 rebalance-started sample',
      '15 group-emptied',
      '20 group-deleted',
      '25 group-created',
      '25 rebalance',
    ],
  },
]

describe('rebalance-started of a classic group', () => {
  it.each(cases)('$name', ({ play, said }) => expect(told(play())).toEqual(said))

  it('is anchored to the last metadata record of the group, and numbered by rebalances', () => {
    const w = settled().commit({ 0: 7 }).wait(10).listed('PreparingRebalance').wait(10).listed('Stable')
    w.wait(10).listed('PreparingRebalance')
    const started = w.events.filter(({ type }) => type === 'rebalance-started')
    expect(started.map(({ id }) => id)).toEqual(['0-0-rebalance-started-0', '0-0-rebalance-started-1'])
    expect(started[0]).toMatchObject({
      groupType: 'classic',
      source: { kind: 'log', partition: 0, offset: 0, timestamp: start },
      data: { epochBefore: 1, epochAfter: null, seenBy: 'sample' },
    })
  })

  it('is not reported again after a restart', () => {
    const w = settled().wait(10).listed('PreparingRebalance').restarted()
    expect(told(w.wait(10).listed('PreparingRebalance'))).toEqual([])
    expect(
      told(
        w
          .wait(1)
          .generation(2, member('a', [0], timeout))
          .wait(10)
          .listed(null),
      ),
    ).toEqual(['21 rebalance'])
  })

  it('waits for its tick: a partition that is not read so far keeps its group out of the round', () => {
    const w = settled().wait(10)
    w.input({ kind: 'groupState', group: 'g', state: 'PreparingRebalance', position: w.position, timestamp: w.now })
    w.input({ kind: 'tick', timestamp: w.now, partitions: [1] })
    expect(told(w.wait(10).tick())).toEqual(['0 group-created', '0 rebalance'])
  })
})

describe('rebalance-stuck of a classic group', () => {
  it('opens when a sample shows the rebalance after half of the longest timeout, and closes when it completes', () => {
    const w = settled().wait(10).listed('PreparingRebalance').wait(20).listed('PreparingRebalance')
    expect(w.said).toEqual([])
    w.wait(20).listed('PreparingRebalance').wait(10).listed('PreparingRebalance').wait(5)
    w.generation(2, member('a', [0], timeout))
    expect(w.said).toEqual(['40 rebalance-stuck', '65 rebalance-resumed'])
    const [stuck, resumed] = w.conditions
    expect(stuck).toMatchObject({ id: '0-0-rebalance-stuck-0', data: { epoch: null, laggingMembers: null } })
    expect(resumed?.data).toEqual({ epoch: 2, opened: stuck?.id, durationMs: 25_000 })
  })

  it('closes where a sample shows that the coordinator forgot the rebalance', () => {
    const w = settled()
      .wait(10)
      .listed('PreparingRebalance')
      .wait(40)
      .listed('PreparingRebalance')
      .wait(10)
      .listed('Stable')
    expect(w.said).toEqual(['40 rebalance-stuck', '60 rebalance-resumed'])
    expect(w.conditions[1]?.data).toMatchObject({ epoch: 1 })
  })

  it('neither opens nor closes while no coordinator answers', () => {
    const w = settled()
      .wait(10)
      .listed('PreparingRebalance')
      .every10(600, w => w.tick())
    expect(w.said).toEqual([])
    w.listed('PreparingRebalance').every10(600, w => w.tick())
    expect(w.said).toEqual(['40 rebalance-stuck'])
  })

  it('survives a restart', () => {
    const w = settled().wait(10).listed('PreparingRebalance').wait(40).listed('PreparingRebalance').restarted().wait(5)
    w.listed('PreparingRebalance')
      .wait(5)
      .generation(2, member('a', [0], timeout))
    expect(w.said).toEqual(['60 rebalance-resumed'])
  })
})

describe('how long a classic rebalance took, at most', () => {
  it('counts from the record before it where a sample of it came too early to be judged', () => {
    const w = settled().wait(10)
    const { position } = w
    w.generation(2, member('a', [0], timeout))
      .wait(2)
      .listed('PreparingRebalance', { position })
      .wait(5)
    w.generation(3, member('a', [0], timeout))
    expect(w.fold.stateOf(0).groups.get('g')?.conditions?.classicDuration).toMatchObject({ minMs: 0, maxMs: 7_000 })
  })
})

/** What the coordinator does next, and after how many ms. */
const step = fc.record({
  do: fc.constantFrom('prepare', 'complete', 'sample', 'read', 'move'),
  afterMs: fc.integer({ min: 1, max: 20_000 }),
})

describe('a coordinator that does anything, and a koff that reads late', () => {
  it('has no start invented, each followed by its end, and how long it took in the interval', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const w = settled()
        let generation = 1
        let began: number | null = null
        const unread: { at: number; took: number }[] = []
        const rebalances: [from: number, to: number][] = []
        let moved = false
        let sample: { state: string | null; position: number; end: number; timestamp: number } | null = null
        const lengths: number[] = []
        let read = 1
        let written = 1
        const readOne = () => {
          const next = unread.shift()
          if (next === undefined) return
          const now = w.now
          w.now = next.at
          w.generation(++generation, member('a', [0], timeout))
          w.now = now
          read++
          const took = w.fold.stateOf(0).groups.get('g')?.conditions?.classicDuration
          // A coordinator that moved has forgotten the rebalance: it counts from the first start, and the next one as one with it.
          expect(moved ? 0 : (took?.minMs ?? 0)).toBeLessThanOrEqual(next.took)
          expect(took?.maxMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(next.took)
          lengths.push(next.took)
        }
        const takeSample = () => {
          if (sample === null || read < sample.end) return
          const { state, position, timestamp } = sample
          sample = null
          if (state !== null) w.input({ kind: 'groupState', group: 'g', state, position, timestamp })
          w.input({ kind: 'tick', timestamp, listed: [0] })
        }
        for (const { do: what, afterMs } of steps) {
          w.now += afterMs
          if (what === 'prepare') began ??= w.now
          if (what === 'complete' && began !== null) {
            rebalances.push([began, w.now])
            unread.push({ at: w.now, took: w.now - began })
            written++
            began = null
          }
          if (what === 'move' && began !== null) {
            rebalances.push([began, w.now])
            began = null
            moved = true
          }
          if (what === 'sample' && sample === null) {
            const running = w.fold.reads.rebalancingClassic().has('g') ? 'Stable' : null
            const state = began === null ? running : 'PreparingRebalance'
            sample = { state, position: read, end: written, timestamp: w.now }
          }
          if (what === 'read') readOne()
          takeSample()
        }
        while (unread.length > 0) readOne()
        takeSample()
        if (began !== null) rebalances.push([began, Number.POSITIVE_INFINITY])
        const starts = w.events.filter(({ type }) => type === 'rebalance-started')
        for (const { time } of starts) {
          expect(rebalances.filter(([from, to]) => from <= time && time < to)).toHaveLength(1)
        }
        if (moved) return
        const kinds = w.events
          .filter(({ type }) => type === 'rebalance-started' || type === 'rebalance')
          .map(({ type }) => type)
        expect(kinds.join(' ')).not.toContain('rebalance-started rebalance-started')
      }),
      { numRuns: 500 },
    )
  })
})
