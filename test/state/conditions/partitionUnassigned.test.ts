import { describe, expect, it } from 'vitest'
import { consumer, member, start, World } from './world.ts'

const cases: readonly { readonly name: string; readonly play: () => World; readonly said: readonly string[] }[] = [
  {
    name: 'opens 60 s after the rebalance that left it without an owner; closes when it has one',
    play: () => {
      const w = new World()
        .topic(3)
        .generation(1, member('a', [0, 1, 2]))
        .wait(5)
        .tick()
      w.wait(5).generation(2, member('a', [0, 1]))
      w.every10(80, w => w.tick())
      return w.wait(3).generation(3, member('a', [0, 1, 2]))
    },
    said: ['70 partition-unassigned orders/2', '93 partition-assigned orders/2'],
  },
  {
    name: 'at the start it counts from when it was first seen',
    play: () =>
      new World()
        .generation(1, member('a', [0]))
        .wait(600)
        .topic(2)
        .tick()
        .every10(80, w => w.tick()),
    said: ['660 partition-unassigned orders/1'],
  },
  {
    name: 'a partition that is added and that no member takes',
    play: () => {
      const w = new World()
        .topic(1)
        .generation(1, member('a', [0]))
        .every10(600, w => w.tick())
      return w
        .wait(5)
        .topic(2)
        .tick()
        .every10(80, w => w.tick())
    },
    said: ['665 partition-unassigned orders/1'],
  },
  {
    name: 'the clock of koff was an hour ahead and is set right: from when it is seen again',
    play: () => {
      const w = new World().topic(2).generation(1, member('a', [0]))
      w.wait(3_600).tick().wait(-3_590).topic(3).tick()
      return w.every10(80, w => w.tick())
    },
    said: ['70 partition-unassigned orders/1', '70 partition-unassigned orders/2'],
  },
  {
    name: 'of a consumer group, whose assignments name topics by id',
    play: () =>
      new World()
        .topic(2)
        .epoch(2, { a: consumer(2, [0]) })
        .every10(80, w => w.tick()),
    said: ['70 partition-unassigned orders/1'],
  },
  {
    name: 'closes when the topic is not subscribed to any more',
    play: () => {
      const w = new World()
        .topic(2)
        .generation(1, member('a', [0]))
        .every10(80, w => w.tick())
      return w.wait(5).generation(2, { id: 'a', topics: ['other'] })
    },
    said: ['70 partition-unassigned orders/1', '85 partition-assigned orders/1'],
  },
  {
    name: 'closes when the group is empty',
    play: () =>
      new World()
        .topic(2)
        .generation(1, member('a', [0]))
        .every10(80, w => w.tick())
        .wait(5)
        .generation(2),
    said: ['70 partition-unassigned orders/1', '85 partition-assigned orders/1'],
  },
  {
    name: 'closes when the topic is gone',
    play: () =>
      new World()
        .topic(2)
        .generation(1, member('a', [0]))
        .every10(80, w => w.tick())
        .wait(5)
        .topic(0)
        .tick(),
    said: ['70 partition-unassigned orders/1', '85 partition-assigned orders/1'],
  },
  {
    name: 'does not open where a cooperative assignor takes it away and gives it half a second later',
    play: () => {
      const w = new World()
        .topic(2)
        .generation(1, member('a', [0, 1]))
        .wait(10)
        .tick()
      w.generation(2, member('a', [0]), member('b', []))
        .wait(0.5)
        .tick()
      return w.generation(3, member('a', [0]), member('b', [1])).every10(600, w => w.tick())
    },
    said: [],
  },
  {
    name: 'does not open while the group rebalances',
    play: () => {
      const w = new World()
        .topic(2)
        .epoch(2, { a: consumer(2, [0, 1]) })
        .wait(10)
        .tick()
      w.epoch(3, { a: null, b: { epoch: 3 }, c: { epoch: 2 } })
      return w.every10(300, w => w.tick())
    },
    said: ['32.5 rebalance-stuck'],
  },
  {
    name: 'does not open where the number of partitions is unknown',
    play: () => new World().generation(1, member('a', [0])).every10(600, w => w.sample({ 0: 5 })),
    said: [],
  },
  {
    name: 'does not open where a topic id has no name: it may be the very one',
    play: () => {
      const w = new World().topic(2, 'orders', 'AAAAAAAAAAAAAAAAAAAAAg').epoch(2, { a: consumer(2, [0, 1]) })
      return w.every10(600, w => w.tick())
    },
    said: [],
  },
]

describe('partition-unassigned', () => {
  it.each(cases)('$name', ({ play, said }) => expect(play().said).toEqual(said))

  it('says which partition; two at once have two ids', () => {
    const w = new World()
      .topic(3)
      .generation(1, member('a', [0]))
      .every10(80, w => w.tick())
    expect(w.conditions).toMatchObject([
      {
        id: '0-0-partition-unassigned-0',
        severity: 'error',
        time: start + 70_000,
        data: { topic: 'orders', partition: 1 },
      },
      { id: '0-0-partition-unassigned-1', data: { topic: 'orders', partition: 2 } },
    ])
  })
})
