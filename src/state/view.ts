import type { GroupType, Int64 } from '../events/envelope.ts'
import { assignmentOf, compareText, type Group, isSuspended, keyedBy, type Member } from './group.ts'
import type { GroupSlot } from './groupSlot.ts'
import { sortedMembers } from './members/diff.ts'
import type { OffsetTable } from './offsets/table.ts'
import type { PartitionState } from './partition.ts'
import type { TopicNames } from './topicNames.ts'

/** A group as `koff groups` prints it. */
export interface GroupView {
  readonly group: string
  readonly groupType: GroupType
  readonly epoch: number
  readonly state: 'Empty' | 'Stable' | 'Assigning' | 'Reconciling' | 'NotReady'
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string | null
  readonly members: readonly MemberView[]
  readonly offsets: { readonly [topic: string]: { readonly [partition: string]: Int64 } }
}

export interface MemberView {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  /** Topic, or its id where nobody knows its name; of a streams member subtopologies → tasks. */
  readonly assignment: { readonly [topic: string]: readonly number[] }
}

/** Every known group of one partition, sorted by name in code-point order. */
export function groupViews(state: PartitionState, names: TopicNames): GroupView[] {
  const rows = rowsByGroup(state.offsets.table)
  const views: GroupView[] = []
  for (const slot of state.sortedGroups()) {
    const { group } = slot
    if (group === null) continue
    const { name, type, epoch, protocolType, protocol, leader } = group
    views.push({
      group: name,
      groupType: type,
      epoch,
      state: stateOf(group),
      protocolType,
      protocol,
      leader,
      members: sortedMembers(group).map(member => memberView(member, group, names)),
      offsets: offsetsOf(rows.get(slot) ?? [], state.offsets.table),
    })
  }
  return views
}

/**
 * The state as Kafka's Admin names it. A classic group's rebalance in progress is in the broker's memory only. A static
 * member that is away keeps a consumer group from being stable, as in the broker.
 */
function stateOf(group: Group): GroupView['state'] {
  const members = sortedMembers(group)
  if (members.length === 0) return 'Empty'
  if (group.type === 'classic' || group.type === 'simple' || group.type === 'share') return 'Stable'
  if (group.type === 'streams' && group.validatedTopologyEpoch !== group.topologyEpoch) return 'NotReady'
  if (group.epoch > group.targetEpoch) return 'Assigning'
  const reconciled = members.every(
    member => !isSuspended(member) && member.stable && member.epoch === group.targetEpoch,
  )
  return reconciled ? 'Stable' : 'Reconciling'
}

function memberView(member: Member, group: Group, names: TopicNames): MemberView {
  const { id, instanceId, clientId, host } = member
  // Two ids of one name, where a topic was recreated, are one topic to whoever looks.
  const named = [...member.assignment].map(([key, partitions]) => {
    return [keyedBy(group.type) === 'topicId' ? (names.nameOf(key) ?? key) : key, partitions] as const
  })
  const assignment: Record<string, readonly number[]> = {}
  for (const [topic, partitions] of assignmentOf(named)) setOwn(assignment, topic, partitions)
  return { id, instanceId, clientId, host, assignment }
}

function rowsByGroup(table: OffsetTable): Map<GroupSlot, number[]> {
  const result = new Map<GroupSlot, number[]>()
  for (const row of table.rows()) {
    if (table.present[row] !== 1) continue
    const rows = result.get(table.groupOf(row))
    if (rows === undefined) result.set(table.groupOf(row), [row])
    else rows.push(row)
  }
  return result
}

function offsetsOf(rows: readonly number[], table: OffsetTable): GroupView['offsets'] {
  const sorted = rows.toSorted(
    (a, b) =>
      compareText(table.topicOf(a).name, table.topicOf(b).name) ||
      (table.partitions[a] ?? 0) - (table.partitions[b] ?? 0),
  )
  const result: Record<string, Record<string, Int64>> = {}
  for (const row of sorted) {
    const topic = table.topicOf(row).name
    const offsets = Object.hasOwn(result, topic) ? result[topic] : undefined
    if (offsets === undefined) setOwn(result, topic, { [table.partitions[row] ?? 0]: table.offsetOf(row) })
    else offsets[table.partitions[row] ?? 0] = table.offsetOf(row)
  }
  return result
}

/** Any text can be a topic's name in a commit, `__proto__` too. */
function setOwn<T>(target: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
