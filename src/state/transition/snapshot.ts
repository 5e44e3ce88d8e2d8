import type { KoffEvent } from '../../events/envelope.ts'
import { newEvent } from '../../events/newEvent.ts'
import { dataParts } from '../../events/parts.ts'
import type { Group } from '../group/group.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { TopicNames } from '../group/topicNames.ts'
import { describe, heldIn, sortedMembers } from './members.ts'

export interface SnapshotOptions {
  readonly partition: number
  readonly cluster: string
  readonly names: TopicNames
  /** The end of history: the next offset to read. */
  readonly position: number
  readonly time: number
}

/** One `group-snapshot` for each group, then `koff-caught-up`. */
export function snapshotOf(groups: readonly GroupSlot[], options: SnapshotOptions): KoffEvent[] {
  const { partition, cluster, position, time } = options
  const source = sourceOf(options)
  const caughtUp = newEvent({
    id: `${partition}-${source.offset}-koff-caught-up-0`,
    type: 'koff-caught-up',
    cluster,
    group: '',
    groupType: 'unknown',
    time,
    source,
    data: { partition, position },
  })
  return [...groupSnapshots(groups, options, 0), caughtUp]
}

/** One `group-snapshot` for each group; ids are numbered from `first` on. */
export function groupSnapshots(groups: readonly GroupSlot[], options: SnapshotOptions, first: number): KoffEvent[] {
  const { partition, cluster, time, names } = options
  const source = sourceOf(options)
  const events: KoffEvent[] = []
  for (const { name, group, offsets } of groups) {
    if (group === null) continue
    const type = 'group-snapshot'
    const data = dataOf(group, offsets, names)
    for (const part of dataParts(type, data, name) ?? [{ data }]) {
      const id = `${partition}-${source.offset}-${type}-${first + events.length}`
      events.push(newEvent({ id, type, cluster, group: name, groupType: group.type, time, source, ...part }))
    }
  }
  return events
}

/** The last offset before the position. An empty partition has none: 0 is unique there, too. */
function sourceOf({ partition, position, time }: SnapshotOptions) {
  return { partition, offset: Math.max(0, position - 1), timestamp: time }
}

function dataOf(group: Group, committedOffsets: number, names: TopicNames): KoffEvent<'group-snapshot'>['data'] {
  const { epoch, protocolType, protocol, leader } = group
  const members = sortedMembers(group).map(member => ({
    ...describe(member),
    held: heldIn(group, member, names),
  }))
  return { epoch, protocolType, protocol, leader, members, committedOffsets }
}
