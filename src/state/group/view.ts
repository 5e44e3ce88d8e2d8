import type { GroupType, Int64 } from '../../events/envelope.ts'
import type { groupStatuses } from '../../events/groupState.ts'
import type { RebalancingState } from '../conditions/classicRebalance.ts'
import { type LagTime, lagTimeOf } from '../conditions/lagTime.ts'
import { LogEnds } from '../conditions/logEnds.ts'
import { shareLagOf } from '../conditions/shareLag.ts'
import { ShareStarts } from '../conditions/shareStarts.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { PartitionState } from '../partition.ts'
import { sortedMembers } from '../transition/members.ts'
import { type Assignment, assignmentOf, compareText, type Group, isSuspended, keyedBy, type Member } from './group.ts'
import type { GroupSlot } from './groupSlot.ts'
import { heldBy } from './holdings.ts'
import type { TopicNames } from './topicNames.ts'

/** A group as `koff groups` prints it. */
export interface GroupView {
  readonly group: string
  readonly groupType: GroupType
  readonly epoch: number
  readonly state: (typeof groupStatuses)[number] | RebalancingState
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string | null
  /** When the last rebalance completed, as far as the log shows it, ms; else when its last epoch began. */
  readonly lastRebalanceAt?: number | null
  readonly members: readonly MemberView[]
  readonly offsets: ByPartition
  /** The lag of each offset whose log end is known; absent where none is. */
  readonly lag?: ByPartition
  /** Those log ends. */
  readonly logEnd?: ByPartition
  /** How old the first record is that the group has not read, at the time of the sample; null: not known. */
  readonly lagMs?: { readonly [topic: string]: { readonly [partition: string]: LagTime | null } }
  /** The rebalance of a classic group that runs, as samples showed it: between which times it began. Absent: none is known. */
  readonly rebalance?: { readonly startedAfter: number | null; readonly startedBy: number }
  /** How long the last rebalance of a classic group took, as far as samples can tell. Absent: none was seen. */
  readonly lastRebalance?: { readonly completedAt: number; readonly minMs: number; readonly maxMs: number | null }
}

interface ByPartition {
  readonly [topic: string]: { readonly [partition: string]: Int64 }
}

export interface MemberView {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  /** The member's own epoch, -2 for a static member that is away; null for classic members, which have none. */
  readonly epoch: number | null
  /**
   * What it holds, including partitions that it has yet to revoke. Keyed by topic, or by its id where the name is
   * unknown; for a streams member subtopologies → tasks. Null where it cannot be read.
   */
  readonly assignment: PartitionsView | null
  /** The target assignment of the coordinator; for classic members null, since it equals the assignment. */
  readonly targetAssignment: PartitionsView | null
}

interface PartitionsView {
  readonly [topic: string]: readonly number[]
}

export interface ViewContext {
  readonly names: TopicNames
  /** The sampled ends of logs; without it there are no samples. */
  readonly logEnds?: LogEnds
  /** Where share groups stand, as sampled. */
  readonly shares?: ShareStarts
}

/** Every known group of one partition, sorted by name in code-point order. */
export function groupViews(state: PartitionState, context: ViewContext): GroupView[] {
  const { names, logEnds = new LogEnds(), shares = new ShareStarts() } = context
  const { table } = state.offsets
  const rows = rowsByGroup(table)
  const views: GroupView[] = []
  for (const slot of state.sortedGroups()) {
    const { group } = slot
    if (group === null) continue
    const { name, type, epoch, protocolType, protocol, leader } = group
    views.push({
      group: name,
      groupType: type,
      epoch,
      state: stateNow(slot, group),
      protocolType,
      protocol,
      leader,
      lastRebalanceAt: lastRebalanceOf(slot),
      members: sortedMembers(group).map(member => memberView(member, group, names)),
      ...(startsOf(name, shares, logEnds) ?? offsetsOf(rows.get(slot) ?? [], table, logEnds)),
      ...rebalanceOf(slot),
    })
  }
  return views
}

function lastRebalanceOf({ group, conditions }: GroupSlot): number | null {
  const seen = conditions?.rebalancedAt ?? null
  if (seen !== null || group === null || group.members.size === 0) return seen
  const time = group.metadataAt?.timestamp ?? -1
  return time < 0 ? null : time
}

/**
 * The state as Kafka's Admin client names it. A rebalance in progress of a classic group is only in the broker's
 * memory. As in the broker, a static member that is away keeps a consumer group from being stable.
 */
export function stateOf(group: Group): (typeof groupStatuses)[number] {
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
  const { id, instanceId, clientId, host, epoch } = member
  const held = heldBy(member)
  const assignment = held === null ? null : partitionsView(held, group, names)
  const targetAssignment = group.type === 'classic' ? null : partitionsView(member.target, group, names)
  return { id, instanceId, clientId, host, epoch, assignment, targetAssignment }
}

function partitionsView(assignment: Assignment, { type }: Group, names: TopicNames): PartitionsView {
  // Two ids of one name, where a topic was recreated, are shown as one topic.
  const named = [...assignment].map(([key, partitions]) => {
    return [keyedBy(type) === 'topicId' ? (names.nameOf(key) ?? key) : key, partitions] as const
  })
  const view: Record<string, readonly number[]> = {}
  for (const [topic, partitions] of assignmentOf(named)) setOwn(view, topic, partitions)
  return view
}

/** As `stateOf`; of a classic group whose rebalance runs, as samples last showed it. */
export function stateNow({ conditions }: GroupSlot, group: Group): GroupView['state'] {
  return conditions?.classic?.state ?? stateOf(group)
}

function rebalanceOf({ conditions }: GroupSlot): Pick<GroupView, 'rebalance' | 'lastRebalance'> {
  const { classic = null, classicDuration = null } = conditions ?? {}
  return {
    ...(classic === null ? {} : { rebalance: { startedAfter: classic.after, startedBy: classic.seenAt } }),
    ...(classicDuration === null ? {} : { lastRebalance: classicDuration }),
  }
}

function rowsByGroup(table: OffsetTable): Map<GroupSlot, number[]> {
  const result = new Map<GroupSlot, number[]>()
  for (const row of table.rows()) {
    if (!table.isPresent(row)) continue
    const rows = result.get(table.groupOf(row))
    if (rows === undefined) result.set(table.groupOf(row), [row])
    else rows.push(row)
  }
  return result
}

function offsetsOf(
  rows: readonly number[],
  table: OffsetTable,
  logEnds: LogEnds,
): Pick<GroupView, 'offsets' | 'lag' | 'logEnd' | 'lagMs'> {
  const sorted = rows.toSorted(
    (a, b) =>
      compareText(table.topicOf(a).name, table.topicOf(b).name) ||
      (table.partitions[a] ?? 0) - (table.partitions[b] ?? 0),
  )
  const offsets: MutableByPartition = {}
  const lag: MutableByPartition = {}
  const logEnd: MutableByPartition = {}
  const lagMs: MutableByPartition<LagTime | null> = {}
  let isSampled = false
  for (const row of sorted) {
    const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
    const offset = table.offsetOf(row)
    put(offsets, place, offset)
    const topic = logEnds.topicOf(place.topic, table.topicOf(row))
    const id = topic === null || typeof topic === 'string' ? -1 : logEnds.idOf(topic, place.partition)
    if (id < 0 || offset < 0) continue
    isSampled = true
    const end = logEnds.ends[id] ?? 0
    put(logEnd, place, end)
    put(lagMs, place, lagTimeOf(logEnds, id, Number(offset), logEnds.times[id] ?? 0))
    put(lag, place, Math.max(0, end - Math.max(Number(offset), logEnds.starts[id] ?? 0)))
  }
  return isSampled ? { offsets, lag, logEnd, lagMs } : { offsets }
}

/**
 * A share group commits no offsets: the sampled start offsets take their place. Null without samples: then what the log
 * has counts, which are commits from before the group became a share group.
 */
function startsOf(group: string, shares: ShareStarts, logEnds: LogEnds): ReturnType<typeof offsetsOf> | null {
  const starts = [...shares.of(group)].sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
  if (starts.length === 0) return null
  const offsets: MutableByPartition = {}
  const lag: MutableByPartition = {}
  const logEnd: MutableByPartition = {}
  const lagMs: MutableByPartition<LagTime | null> = {}
  for (const start of starts) {
    put(offsets, start, start.startOffset)
    const share = shareLagOf(start, logEnds)
    if (share === null) continue
    put(lag, start, share.lag)
    put(logEnd, start, share.logEnd)
    put(lagMs, start, share.lagMs)
  }
  return { offsets, lag, logEnd, lagMs }
}

type MutableByPartition<T = Int64> = Record<string, Record<string, T>>

function put<T>(to: MutableByPartition<T>, place: { topic: string; partition: number }, value: T): void {
  const { topic, partition } = place
  const known = Object.hasOwn(to, topic) ? to[topic] : undefined
  if (known === undefined) setOwn(to, topic, { [partition]: value })
  else known[partition] = value
}

/** A topic name in a commit may be any text, even `__proto__`. */
function setOwn<T>(target: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
