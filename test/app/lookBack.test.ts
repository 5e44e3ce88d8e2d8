import { expect, it } from 'vitest'
import type { ClusterLog } from '../../src/app/clusterLog.ts'
import { lookBack } from '../../src/app/lookBack.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import type { Input } from '../../src/state/input.ts'
import { batchAt, timeAt } from '../commands/handMade.ts'
import { classicOf, commitOf } from '../state/batchOf.ts'

const commit = (offset: number, minutes: number, group: string, to: number, partition = 0) =>
  batchAt({ offset, minutes, partition }, commitOf(group, 'orders', 0, to, timeAt(minutes)))

const generation = (offset: number, minutes: number, epoch: number, partition = 0) =>
  batchAt({ offset, minutes, partition }, classicOf('shop', epoch, [{ id: 'm1', assigned: { orders: [0] } }]))

/** A log that ends by itself, as a live one says where it is. */
function logOf(...batches: readonly RecordBatch[]) {
  let opened = 0
  const open = async (): Promise<ClusterLog> => {
    opened++
    return {
      cluster: 'c1',
      async read() {
        return {
          async *chunks() {
            const ends = new Map(batches.map(({ partition, lastOffset }) => [partition, lastOffset + 1]))
            const positionOf = (partition: number, position: number): Input => {
              return {
                kind: 'position',
                partition,
                position,
                logEnd: ends.get(partition) ?? 0,
                timestamp: timeAt(1_000),
              }
            }
            for (const partition of ends.keys()) yield [positionOf(partition, 0)]
            for (const batch of batches)
              yield [{ kind: 'batch', batch }, positionOf(batch.partition, batch.lastOffset + 1)]
          },
        }
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
  const look = (since: number, last?: number) =>
    lookBack({
      open,
      since,
      ...(last === undefined ? {} : { last }),
      types: new Set(['group-created', 'rebalance', 'offset-rewound']),
      accept: () => true,
      signal: new AbortController().signal,
    })
  return { look, opened: () => opened }
}

const found = ({ events }: { readonly events: readonly { readonly type: string; readonly time: number }[] }) =>
  events.map(({ type, time }) => `${type} ${(time - timeAt(0)) / 60_000}`)

it('gives what happened since a time, in order of time over all partitions, and the cluster', async () => {
  const log = logOf(
    generation(0, 1, 1),
    commit(1, 9, 'a', 5),
    commit(2, 20, 'a', 4),
    commit(0, 12, 'b', 9, 1),
    commit(1, 15, 'b', 8, 1),
  )
  const back = await log.look(timeAt(10))
  expect(found(back)).toEqual(['group-created 12', 'offset-rewound 15', 'offset-rewound 20'])
  expect(back.events[0]?.cluster).toBe('c1')
  expect({ cut: back.cut, knownSince: back.knownSince, opened: log.opened() }).toEqual({
    cut: [],
    knownSince: null,
    opened: 1,
  })
  expect([...back.positions]).toEqual([
    [0, 3],
    [1, 2],
  ])
})

it('gives the last ones alone', async () => {
  const log = logOf(commit(0, 1, 'a', 5), commit(1, 2, 'a', 4), commit(2, 3, 'a', 3), commit(3, 4, 'a', 2))
  expect(found(await log.look(Number.NEGATIVE_INFINITY, 2))).toEqual(['offset-rewound 3', 'offset-rewound 4'])
})

it('makes no events of the partial past of a log that is cut, and says from when it knows', async () => {
  // Cut before offset 812; the first key that occurs again does at minute 30.
  const log = logOf(generation(812, 10, 83), commit(813, 20, 'a', 5), commit(814, 30, 'a', 4), generation(815, 40, 84))
  const back = await log.look(timeAt(0))
  expect(found(back)).toEqual(['offset-rewound 30', 'rebalance 40'])
  expect(back.knownSince).toBe(timeAt(30))
  expect(back.cut).toMatchObject([{ partition: 0, since: timeAt(30) }])
  expect(log.opened()).toBe(2)
})

it('reads a cut log once where it knows since the time that is asked for', async () => {
  const log = logOf(commit(812, 10, 'a', 6), commit(813, 20, 'a', 5), commit(814, 30, 'a', 4))
  expect(found(await log.look(timeAt(25)))).toEqual(['offset-rewound 30'])
  expect(log.opened()).toBe(1)
})
