import { classicOf, type TestMember, type TestRecord } from '../../state/batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from '../../state/modernRecords.ts'

export type Kind = 'consumer' | 'share' | 'streams' | 'classic, cooperative-sticky' | 'classic, range'

/** A group that writes the records of its members as a coordinator does. */
export interface LargeGroup {
  /** One operation: so many members join at once. */
  join(count: number): readonly TestRecord[][]
  /** The heartbeat of a member brings it to the group's epoch: what it writes, one batch each. */
  heartbeat(at: number): readonly TestRecord[][]
  /** How many members there are. */
  readonly size: number
}

const topic = 'orders'
const topicIdOfOrders = 'AAAAAAAAAAAAAAAAAAAAAQ'

/** Of so many members, with two partitions for each of them. */
export function largeGroup(kind: Kind, members: number): LargeGroup {
  switch (kind) {
    case 'classic, cooperative-sticky':
    case 'classic, range':
      return classicGroup(kind, members)
    case 'consumer':
    case 'share':
    case 'streams':
      return modernGroup(kind, members)
  }
}

function memberId(at: number): string {
  // Kafka's ids are the client id and a uuid, or a uuid.
  return `${String(at).padStart(8, '0')}-5ce0-4d1b-9a50-ae7f0d6ef5c1`
}

/** One record for all members, written when a rebalance has completed. */
function classicGroup(kind: 'classic, cooperative-sticky' | 'classic, range', members: number): LargeGroup {
  const partitions = 2 * members
  const assigned: number[][] = []
  let generation = 0
  const range = () => {
    const [share, larger] = [Math.floor(partitions / assigned.length), partitions % assigned.length]
    let next = 0
    for (const [at, list] of assigned.entries()) {
      list.length = 0
      for (let n = 0; n < share + (at < larger ? 1 : 0); n++) list.push(next++)
    }
  }
  /** Who comes gets what others have more than their share of. */
  const sticky = (joined: number) => {
    const share = Math.floor(partitions / assigned.length)
    let from = 0
    for (const list of assigned.slice(assigned.length - joined)) {
      while (list.length < share) {
        while ((assigned[from]?.length ?? 0) <= share) from++
        list.push(assigned[from]?.pop() as number)
      }
      list.sort((a, b) => a - b)
    }
  }
  const record = (): TestRecord => {
    const all = assigned.map(
      (list, at): TestMember => ({ id: memberId(at), clientId: 'orders-service', assigned: { [topic]: list } }),
    )
    return classicOf('g', ++generation, all, { protocol: kind.slice('classic, '.length) })
  }
  return {
    join(count) {
      for (let n = 0; n < count; n++) assigned.push([])
      if (kind === 'classic, range' || assigned.length === count) range()
      else sticky(count)
      return [[record()]]
    },
    heartbeat: () => [],
    get size() {
      return assigned.length
    },
  }
}

/** A record for each member (KIP-848), which it writes when its heartbeat has told it of an epoch. */
function modernGroup(kind: 'consumer' | 'share' | 'streams', members: number): LargeGroup {
  const g = kind === 'consumer' ? consumerRecords('g') : kind === 'share' ? shareRecords('g') : streamsRecords('g')
  const stable = kind === 'streams' ? 1 : 0
  const key = kind === 'streams' ? '0' : topicIdOfOrders
  const held: number[][] = []
  const epochs: number[] = []
  /** Partitions that a member is to have, and that another has not given up yet. */
  const awaited = new Map<number, { readonly partition: number; readonly from: number }[]>()
  const leaving = new Map<number, number[]>()
  let epoch = 1
  const current = (at: number, state: number, revoking: readonly number[] = []) =>
    g.current(memberId(at), {
      epoch: epochs[at] as number,
      state,
      assigned: { [key]: held[at] as number[] },
      ...(revoking.length === 0 ? {} : { revoking: { [key]: revoking } }),
    })
  return {
    join(count) {
      const batches: TestRecord[][] = []
      const isFirst = held.length === 0
      for (let n = 0; n < count; n++) {
        const at = held.length
        epoch++
        held.push(isFirst ? [2 * n, 2 * n + 1] : [])
        epochs.push(epoch)
        const batch = [g.member(memberId(at), { clientId: 'orders-service', topics: [topic] }), g.epoch(epoch)]
        if (!isFirst) {
          const from = (at * 7) % members
          const partition = held[from]?.at(-1)
          if (partition !== undefined && kind !== 'share') {
            awaited.set(at, [{ partition, from }])
            leaving.set(from, [...(leaving.get(from) ?? []), partition])
          }
        }
        batches.push([...batch, g.targetEpoch(epoch), current(at, awaited.has(at) ? stable + 2 : stable)])
      }
      return batches
    },
    heartbeat(at) {
      const batches: TestRecord[][] = []
      const gone = leaving.get(at)
      if (gone !== undefined) {
        held[at] = (held[at] ?? []).filter(partition => !gone.includes(partition))
        epochs[at] = epoch
        batches.push([current(at, stable + 1, gone)], [current(at, stable)])
        leaving.delete(at)
      }
      const wanted = (awaited.get(at) ?? []).filter(({ partition, from }) => held[from]?.includes(partition) === false)
      if (wanted.length > 0) {
        held[at] = [...(held[at] ?? []), ...wanted.map(({ partition }) => partition)]
        awaited.delete(at)
      }
      if (epochs[at] !== epoch || wanted.length > 0) {
        epochs[at] = epoch
        batches.push([current(at, awaited.has(at) ? stable + 2 : stable)])
      }
      return batches
    },
    get size() {
      return held.length
    },
  }
}
