import { classicOf, type TestRecord } from './batchOf.ts'
import { consumerRecords, shareRecords, streamsRecords } from './modernRecords.ts'

/** Topic `t` as it is now, and as it was before somebody recreated it. */
export const topicIds = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg'] as const
export const partitionCount = 3

export type Kind = 'simple' | 'classic' | 'consumer' | 'share' | 'streams'

/** A member as its coordinator knows it. */
export interface TrueMember {
  readonly instance: string | null
  /** -2: a static member that is away. */
  epoch: number
  assigned: readonly number[]
  revoking: readonly number[]
  target: readonly number[]
}

/** A group as it truly is. */
export interface TrueGroup {
  kind: Kind
  epoch: number
  targetEpoch: number
  readonly members: Map<string, TrueMember>
  /** `partition` of topic `t` → offset. */
  readonly offsets: Map<number, number>
}

export function newTrueGroup(kind: Kind = 'simple'): TrueGroup {
  return { kind, epoch: 0, targetEpoch: 0, members: new Map(), offsets: new Map() }
}

export function newTrueMember(instance: string | null): TrueMember {
  return { instance, epoch: 0, assigned: [], revoking: [], target: [] }
}

/**
 * What a coordinator writes of its groups, in the order in which Kafka 4.3 does it (GroupMetadataManager). Partitions are
 * shared out in turn. `topicId` is that of topic `t`.
 */
export function groupWriter(name: string, group: TrueGroup, topicId: string) {
  const { members } = group
  const c = consumerRecords(name)
  const s = shareRecords(name)
  const t = streamsRecords(name)
  const of = group.kind === 'share' ? s : group.kind === 'streams' ? t : c
  /** Task 0 of a subtopology stands for partition 0, and so on. */
  const held = (partitions: readonly number[]) =>
    partitions.length === 0 ? {} : { [group.kind === 'streams' ? '0' : topicId]: partitions }

  const member = (id: string): TestRecord => {
    const { instance } = membersOf(id)
    return of.member(id, { topics: ['t'], ...(instance === null ? {} : { instanceId: instance }) })
  }
  const current = (id: string): TestRecord => {
    const { epoch, assigned, revoking, target } = membersOf(id)
    const isShort = epoch !== -2 && target.some(partition => !assigned.includes(partition))
    const state = revoking.length > 0 ? 1 : isShort ? 2 : 0
    const record = { epoch, assigned: held(assigned), revoking: held(revoking) }
    // Streams groups count their states from 1.
    return of.current(id, { ...record, state: group.kind === 'streams' ? state + 1 : state })
  }
  const membersOf = (id: string): TrueMember => members.get(id) ?? newTrueMember(null)
  const target = (id: string): TestRecord[] => {
    return group.kind === 'consumer' ? [c.target(id, held(membersOf(id).target))] : []
  }

  /** Gives everybody a new target. */
  const assign = (): TestRecord[] => {
    const present = [...members]
    present.forEach(([, each], at) => {
      each.target = [0, 1, 2].filter(partition => partition % present.length === at)
    })
    group.targetEpoch = group.epoch
    return [...present.flatMap(([id]) => target(id)), of.targetEpoch(group.targetEpoch)]
  }
  /** What somebody else still holds is not free. */
  const isFree = (partition: number, id: string) =>
    ![...members].some(
      ([other, { assigned, revoking }]) => other !== id && [...assigned, ...revoking].includes(partition),
    )

  return {
    /** The one record of a classic group. */
    classic: (): TestRecord => {
      const present = [...members]
      present.forEach(([, each], at) => {
        each.assigned = [0, 1, 2].filter(partition => partition % present.length === at)
      })
      return classicOf(
        name,
        group.epoch,
        present.map(([id, { instance, assigned }]) => ({
          id,
          topics: ['t'],
          assigned: { t: assigned },
          ...(instance === null ? {} : { instanceId: instance }),
        })),
      )
    },
    member,
    current,
    epoch: (): TestRecord => of.epoch(group.epoch),
    assign,
    /** What only some brokers and kinds write when a group begins. */
    beginning: (): TestRecord[] => {
      if (group.kind === 'share') return [s.statePartitions({ [topicId]: 't' })]
      if (group.kind === 'streams') return [t.topology(0)]
      return group.epoch % 2 === 0 ? [c.partitionMetadata({ [topicId]: 't' })] : []
    },
    /** One step of a member towards its target, as its heartbeats bring it about. */
    reconcile: (id: string): TestRecord[] => {
      const each = membersOf(id)
      const kept = each.assigned.filter(partition => each.target.includes(partition))
      if (kept.length < each.assigned.length && group.kind === 'consumer') {
        each.revoking = each.assigned.filter(partition => !each.target.includes(partition))
        each.assigned = kept
        return [current(id)]
      }
      each.revoking = []
      each.epoch = group.targetEpoch
      const free = each.target.filter(partition => group.kind === 'share' || isFree(partition, id))
      each.assigned = [...new Set([...kept, ...free])].sort((a, b) => a - b)
      return [current(id)]
    },
    tombstonesOf: (id: string): TestRecord[] => [
      of.current(id, null),
      ...(group.kind === 'consumer' ? [c.target(id, null)] : []),
      of.member(id, null),
    ],
    /** All that ends a group of its kind, but for its offsets. */
    tombstones: (): TestRecord[] => {
      if (group.kind === 'simple' || group.kind === 'classic') return [classicOf(name, null)]
      const ids = [...members.keys()]
      return [
        ...ids.map(id => of.current(id, null)),
        ...(group.kind === 'consumer' ? ids.map(id => c.target(id, null)) : []),
        of.targetEpoch(null),
        ...ids.map(id => of.member(id, null)),
        ...(group.kind === 'consumer' ? [c.regex('t.*', null), c.partitionMetadata(null)] : []),
        ...(group.kind === 'share' ? [s.statePartitions(null)] : []),
        ...(group.kind === 'streams' ? [t.topology(null)] : []),
        of.epoch(null),
      ]
    },
    regex: (names: readonly string[] | null): TestRecord => c.regex('t.*', names),
  }
}
