import { describe, expect, it } from 'vitest'
import { consumer, member, ordersId, start, World } from './world.ts'

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

const cases: readonly { readonly name: string; readonly play: () => World; readonly said: readonly string[] }[] = [
  {
    name: 'opens with the assignment in which one holds far more, closes with the next that is even',
    play: () => {
      const w = new World().generation(1, member('a', range(0, 6)), member('b', [6]), member('c', [7]))
      return w.wait(5).generation(2, member('a', [0, 1, 2]), member('b', [3, 4, 5]), member('c', [6, 7]))
    },
    said: ['0 assignment-skewed', '5 assignment-balanced'],
  },
  {
    name: 'opens where a member is idle while another one holds two',
    play: () => new World().generation(1, member('a', [0, 1]), member('b', [2]), member('c', [])),
    said: ['0 assignment-skewed'],
  },
  {
    name: 'a consumer group, whichever member it is',
    play: () => new World().epoch(2, { a: consumer(2, []), b: consumer(2, range(0, 4)) }),
    said: ['0 assignment-skewed'],
  },
  {
    name: 'more members than partitions are no skew',
    play: () => new World().generation(1, member('a', [0]), member('b', [1]), member('c', [])),
    said: [],
  },
  {
    name: 'one more than the others is not a skew',
    play: () => new World().generation(1, member('a', [0, 1]), member('b', [2])),
    said: [],
  },
  {
    name: 'less than twice the mean is not a skew',
    play: () => new World().generation(1, member('a', [0, 1, 2]), member('b', [3])),
    said: [],
  },
  { name: 'one member has all', play: () => new World().generation(1, member('a', range(0, 50))), said: [] },
  {
    name: 'members are compared with those that asked for the same',
    play: () =>
      new World().generation(
        1,
        { id: 'a', topics: ['big'], assigned: { big: range(0, 20) } },
        { id: 'b', topics: ['small'], assigned: { small: [0] } },
        { id: 'c', topics: ['none'] },
      ),
    said: [],
  },
  {
    name: 'a cooperative assignor that takes away first, and gives in the next generation',
    play: () => {
      const w = new World().generation(1, member('a', range(0, 6))).wait(10)
      w.generation(2, member('a', [0, 1, 2]), member('b', [])).wait(0.5)
      return w.generation(3, member('a', [0, 1, 2]), member('b', [3, 4, 5])).every10(60, w => w.tick())
    },
    said: [],
  },
  {
    name: 'a cooperative assignor whose next generation does not come',
    play: () => {
      const w = new World().generation(1, member('a', range(0, 6))).wait(10)
      return w.generation(2, member('a', [0, 1, 2]), member('b', [])).every10(60, w => w.tick())
    },
    said: ['15 assignment-skewed'],
  },
  {
    name: 'a suspended static member is neither idle nor overloaded',
    play: () =>
      new World()
        .epoch(2, { a: consumer(2, [0, 1], { instanceId: 'i' }), b: consumer(2, [2, 3]) })
        .wait(5)
        .members({
          a: { epoch: -2, instanceId: 'i' },
        }),
    said: [],
  },
  {
    name: 'closes when the group is empty',
    play: () =>
      new World()
        .generation(1, member('a', [0, 1]), member('b', []))
        .wait(5)
        .generation(2),
    said: ['0 assignment-skewed', '5 assignment-balanced'],
  },
  {
    name: 'closes when the group is gone',
    play: () => {
      const w = new World().generation(1, member('a', [0, 1]), member('b', [])).wait(5)
      return w.batch(w.tombstone())
    },
    said: ['0 assignment-skewed', '5 assignment-balanced'],
  },
  {
    name: 'opens once, however often the group rebalances to the same',
    play: () => {
      const w = new World()
      for (let n = 1; n < 4; n++) w.generation(n, member('a', [0, 1]), member('b', [])).wait(1)
      return w
    },
    said: ['0 assignment-skewed'],
  },
]

describe('assignment-skewed', () => {
  it.each(cases)('$name', ({ play, said }) => expect(play().said).toEqual(said))

  it('has the holdings of every member, including partitions that it has yet to revoke', () => {
    const w = new World().epoch(2, {
      a: consumer(2, [0, 1], { clientId: 'one' }),
      b: { epoch: 2, assigned: { [ordersId]: [] } },
    })
    expect(w.conditions).toMatchObject([
      {
        severity: 'warn',
        time: start,
        data: {
          counts: [
            { memberId: 'a', clientId: 'one', partitions: 2 },
            { memberId: 'b', clientId: 'client', partitions: 0 },
          ],
        },
      },
    ])
  })
})
