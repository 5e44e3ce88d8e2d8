import { describeShareGroupOffsets, type ShareGroupOffsets } from '../protocol/describeShareGroupOffsets.ts'
import { type ListedGroup, listGroups, listGroupsByState } from '../protocol/listGroups.ts'
import { logEnd } from '../protocol/listOffsets.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import type { BrokerConnection } from './connection.ts'
import type { AskLeaders } from './leaderCalls.ts'
import { offsetsAt } from './logRanges.ts'

/** What one broker said of the groups that it coordinates. */
export interface ListedGroups {
  /** host:port of the broker. */
  readonly broker: string
  /** Null: the broker does not know states in this request (before Kafka 2.6). */
  readonly groups: readonly ListedGroup[] | null
  /**
   * The partitions of `__consumer_offsets` that the broker led while it listed its groups and after that, each with the end
   * of its log (the high watermark) after that.
   */
  readonly ends: ReadonlyMap<number, number>
}

/** The broker speaks the request in the version that knows states, or in a later one. */
function knowsStates(connection: BrokerConnection): boolean {
  return connection.versionOf(listGroups) >= listGroupsByState
}

/** Asks the leaders of these partitions of `__consumer_offsets`, which coordinate the groups in them, for groups in some states. */
export function listGroupsOf(
  askLeaders: AskLeaders,
  partitions: readonly TopicPartition[],
  states: readonly string[],
): Promise<ListedGroups[]> {
  return askLeaders(partitions, async ({ connection, led }): Promise<readonly ListedGroups[]> => {
    const { broker } = connection
    if (!knowsStates(connection)) return [{ broker, groups: null, ends: new Map() }]
    const groups = await connection.send(listGroups, states)
    // After the answer: what the coordinator wrote before it answered lies below these ends.
    const ends = await offsetsAt(connection, led, logEnd)
    return [{ broker, groups, ends: new Map(ends.map(({ partition, offset }) => [partition, offset])) }]
  })
}

/** Groups in one partition of `__consumer_offsets`. */
export interface CoordinatedGroups extends TopicPartition {
  readonly groups: readonly string[]
}

/** Asks the coordinators of share groups where they stand; groups that a coordinator says nothing of are left out. */
export function shareOffsetsOf(
  askLeaders: AskLeaders,
  wanted: readonly CoordinatedGroups[],
): Promise<ShareGroupOffsets[]> {
  const groupsOf = new Map(wanted.map(({ partition, groups }) => [partition, groups]))
  return askLeaders(wanted, async ({ connection, led }) => {
    if (!connection.speaks(describeShareGroupOffsets)) return []
    const groups = led.flatMap(({ partition }) => groupsOf.get(partition) ?? [])
    const answers = await connection.send(describeShareGroupOffsets, groups)
    return answers.filter(({ errorCode }) => errorCode === 0)
  })
}
