import { describe, expect, it } from 'vitest'
import { consumer, ordersId, start, World } from './world.ts'

const timeout = { rebalanceTimeoutMs: 120_000 }
const settled = () => new World().epoch(2, { a: consumer(2, [0, 1], timeout) })
/** `b` joined, and `a` is to give partition 1 up. */
const joining = () =>
  settled()
    .wait(10)
    .epoch(3, { b: { epoch: 3, clientId: 'bee', ...timeout } })
    .members({ a: { epoch: 2, assigned: { [ordersId]: [0] }, revoking: { [ordersId]: [1] }, ...timeout } })

const cases: readonly { readonly name: string; readonly play: () => World; readonly said: readonly string[] }[] = [
  {
    name: 'opens after half of the rebalance timeout, with a tick; closes when the rebalance completes',
    play: () => {
      const w = joining().every10(70, w => w.tick())
      return w.wait(5).members({ a: consumer(3, [0], timeout), b: consumer(3, [1], timeout) })
    },
    said: ['70 rebalance-stuck', '85 rebalance-resumed'],
  },
  {
    name: 'opens with a later record, without a tick',
    play: () => joining().wait(61).commit({ 0: 1 }, 'other'),
    said: ['70 rebalance-stuck'],
  },
  {
    name: 'does not open where the very record at the deadline completes it',
    play: () =>
      joining()
        .wait(60)
        .members({ a: consumer(3, [0], timeout), b: consumer(3, [1], timeout) }),
    said: [],
  },
  {
    name: 'does not open where it completes in time',
    play: () => {
      const w = joining()
        .wait(50)
        .tick()
        .members({ a: consumer(3, [0], timeout), b: consumer(3, [1], timeout) })
      return w.every10(600, w => w.tick())
    },
    said: [],
  },
  {
    name: 'counts from the first start, however often the epoch grows',
    play: () =>
      joining()
        .wait(40)
        .epoch(4, { c: { epoch: 4, ...timeout } })
        .wait(20)
        .tick(),
    said: ['70 rebalance-stuck'],
  },
  {
    name: 'counts by the slowest member',
    play: () =>
      joining()
        .members({ c: { epoch: 3, rebalanceTimeoutMs: 200_000 } })
        .wait(70)
        .tick()
        .wait(40)
        .tick(),
    said: ['110 rebalance-stuck'],
  },
  {
    name: 'takes 5 s at least, however short the timeouts are',
    play: () => {
      const short = { rebalanceTimeoutMs: 6_000 }
      const w = new World().epoch(2, { a: consumer(2, [0, 1], short) })
      return w
        .wait(10)
        .epoch(3, { b: { epoch: 3, ...short } })
        .wait(4.9)
        .tick()
        .wait(0.2)
        .tick()
    },
    said: ['15 rebalance-stuck'],
  },
  {
    name: 'opens before the broker evicts the member that does not revoke',
    play: () => {
      const defaults = { rebalanceTimeoutMs: 300_000 }
      const w = new World().epoch(2, { a: consumer(2, [0, 1], defaults) })
      w.epoch(3, {
        a: { epoch: 2, assigned: { [ordersId]: [0] }, revoking: { [ordersId]: [1] }, ...defaults },
        b: { epoch: 3, ...defaults },
      })
      w.every10(290, w => w.tick())
      return w.wait(10).epoch(4, { a: null, b: consumer(4, [0, 1], defaults) })
    },
    said: ['150 rebalance-stuck', '300 rebalance-resumed'],
  },
  {
    name: 'closes when the group is empty',
    play: () => joining().wait(70).tick().wait(5).epoch(4, { a: null, b: null }),
    said: ['70 rebalance-stuck', '85 rebalance-resumed'],
  },
  {
    name: 'closes when the group is gone',
    play: () => {
      const w = joining().wait(70).tick().wait(5)
      return w.batch(...w.gone('a', 'b'))
    },
    said: ['70 rebalance-stuck', '85 rebalance-resumed'],
  },
  {
    name: 'says nothing of classic groups, whose start leaves no record',
    play: () => new World().generation(1, { id: 'a' }).every10(3_600, w => w.tick()),
    said: [],
  },
]

describe('rebalance-stuck', () => {
  it.each(cases)('$name', ({ play, said }) => expect(play().said).toEqual(said))

  it('opens after a time of its own where one is set', () => {
    const w = new World({ stuckAfterMs: 20_000 }).epoch(2, { a: consumer(2, [0], timeout) })
    w.wait(10)
      .epoch(3, { b: { epoch: 3, ...timeout } })
      .every10(40, w => w.tick())
    expect(w.said).toEqual(['30 rebalance-stuck'])
  })

  it('says which epoch is not reached, and who is in the way', () => {
    const w = joining().wait(70).tick()
    const [stuck] = w.conditions
    expect(stuck).toMatchObject({
      id: '0-7-rebalance-stuck-0',
      severity: 'error',
      time: start + 70_000,
      groupType: 'consumer',
      data: { epoch: 3, laggingMembers: [{ id: 'a' }] },
    })
    w.wait(5).members({ a: consumer(3, [0], timeout), b: consumer(3, [1], timeout) })
    expect(w.conditions[1]?.data).toEqual({ epoch: 3, opened: stuck?.id, durationMs: 15_000 })
  })

  it('is judged at once after a history in which it began', () => {
    const w = new World({}, { history: { liveFrom: start + 3_600_000 } })
    w.epoch(2, { a: consumer(2, [0, 1], timeout) })
      .wait(10)
      .epoch(3, { b: { epoch: 3, ...timeout } })
    w.every10(300, w => w.tick())
    expect(w.said).toEqual([])
    w.wait(3_600).commit({ 0: 1 }, 'other')
    expect(w.said).toEqual(['70 rebalance-stuck'])
  })
})
