import type { KoffEvent } from '../../events/envelope.ts'
import type { TopicPartitions } from '../../events/shapes.ts'
import type { GroupHeader, GroupItem, Held, HistoryMember, TopicItem } from '../items.ts'

interface Known {
  header: GroupHeader
  readonly members: Map<string, HistoryMember>
}

/**
 * Groups as their events tell them: who is in them and what each holds after each rebalance. What a member holds within a
 * rebalance, and committed offsets, no event tells. Events of a group must come in the order of its topic.
 */
export class EventGroups {
  readonly #known = new Map<string, Known>()
  /** The last item of each transition, by group and position. */
  readonly #items = new Map<string, GroupItem>()
  readonly #topics = new Map<string, TopicItem>()

  take(event: KoffEvent): void {
    const { group, cluster, source, time } = event
    if (group === '') return
    const changed = this.#apply(event)
    if (!changed) return
    const known = this.#known.get(group)
    const position = source.offset + 1
    const item: GroupItem = {
      kind: 'group',
      cluster,
      partition: source.partition,
      position,
      ordinal: 0,
      time,
      group,
      header: known?.header ?? null,
      isFull: true,
      members: [...(known?.members.values() ?? [])],
      gone: [],
    }
    this.#items.set(JSON.stringify([group, source.partition, position]), item)
  }

  /** Everything that was taken, in log order for each partition. */
  items(): readonly (GroupItem | TopicItem)[] {
    const sorted = [...this.#items.values()].sort((a, b) => a.partition - b.partition || a.position - b.position)
    const ordinals = new Map<string, number>()
    let time = 0
    let partition = -1
    const placed = sorted.map(item => {
      const place = `${item.partition} ${item.position}`
      const ordinal = ordinals.get(place) ?? 0
      ordinals.set(place, ordinal + 1)
      time = item.partition === partition ? Math.max(time, item.time) : item.time
      partition = item.partition
      return { ...item, ordinal, time }
    })
    return [...this.#topics.values(), ...placed]
  }

  #noteTopics(event: KoffEvent): void {
    const { cluster } = event
    for (const { topic, topicId } of partitionsIn(event)) {
      if (topic === null || topicId === null) continue
      this.#topics.set(topicId, { kind: 'topic', cluster, id: topicId, name: topic })
    }
  }

  #apply(event: KoffEvent): boolean {
    this.#noteTopics(event)
    if (event.type === 'group-deleted') return this.#known.delete(event.group)
    const known = this.#known.get(event.group) ?? this.#begin(event)
    const { members } = known
    const set = (header: Partial<GroupHeader>) => {
      const state = members.size === 0 ? 'Empty' : 'Stable'
      known.header = { ...known.header, ...typeOf(event), state, ...header }
    }
    switch (event.type) {
      case 'group-snapshot': {
        const { epoch, protocolType, protocol, leader } = event.data
        if (event.part === 1) members.clear()
        for (const { held, ...member } of event.data.members ?? []) members.set(member.id, memberOf(member, held))
        set({ epoch: epoch ?? 0, protocolType, protocol, leader })
        return true
      }
      case 'group-created':
        set({ protocolType: event.data.protocolType })
        return true
      case 'group-migrated':
        set({ epoch: event.data.epoch ?? 0 })
        return true
      case 'member-joined':
        members.set(event.data.member.id, memberOf(event.data.member, []))
        break
      case 'member-changed': {
        const { member } = event.data
        members.set(member.id, { ...memberOf(member, []), held: members.get(member.id)?.held ?? [] })
        break
      }
      case 'member-left':
        members.delete(event.data.member.id)
        break
      case 'member-suspended':
        members.set(event.data.member.id, { ...memberOf(event.data.member, event.data.held), epoch: -2 })
        break
      case 'member-replaced': {
        const { from, to, instanceId } = event.data
        const before = members.get(from)
        members.delete(from)
        members.set(to, { ...(before ?? unknownMember), id: to, instanceId })
        break
      }
      case 'rebalance': {
        const { changes, epochAfter, protocol, leader } = event.data
        for (const { memberId, gained, lost } of changes ?? []) {
          const member = members.get(memberId)
          if (member !== undefined) members.set(memberId, { ...member, held: moved(member.held ?? [], gained, lost) })
        }
        set({ epoch: epochAfter ?? known.header.epoch, protocol, leader })
        return true
      }
      case 'group-emptied':
        members.clear()
        set({ epoch: event.data.epoch ?? known.header.epoch, protocol: null, leader: null })
        return true
      default:
        return false
    }
    set({})
    return true
  }

  #begin(event: KoffEvent): Known {
    const header: GroupHeader = {
      ...{ type: 'simple', epoch: 0, state: 'Empty', protocolType: null, protocol: null, leader: null },
      ...typeOf(event),
    }
    const known: Known = { header, members: new Map() }
    this.#known.set(event.group, known)
    return known
  }
}

const unknownMember = { id: '', instanceId: null, clientId: '', host: '', epoch: null, held: [], target: null }

function typeOf({ groupType }: KoffEvent): Partial<Pick<GroupHeader, 'type'>> {
  return groupType === 'unknown' ? {} : { type: groupType }
}

function memberOf(
  { id, instanceId, clientId, host }: Pick<HistoryMember, 'id' | 'instanceId' | 'clientId' | 'host'>,
  held: readonly TopicPartitions[] | null,
): HistoryMember {
  return { id, instanceId, clientId, host, epoch: null, held: held === null ? null : heldOf(held), target: null }
}

function heldOf(partitions: readonly TopicPartitions[]): Held {
  return partitions.map(of => [keyOf(of), of.partitions] as const)
}

function keyOf({ topic, topicId, subtopology }: TopicPartitions): string {
  return topicId ?? topic ?? subtopology ?? ''
}

function moved(held: Held, gained: readonly TopicPartitions[], lost: readonly TopicPartitions[]): Held {
  const now = new Map(held.map(([key, partitions]) => [key, new Set(partitions)]))
  for (const of of lost) for (const partition of of.partitions) now.get(keyOf(of))?.delete(partition)
  for (const of of gained) now.set(keyOf(of), new Set([...(now.get(keyOf(of)) ?? []), ...of.partitions]))
  const left = [...now].filter(([, partitions]) => partitions.size > 0)
  return left.map(([key, partitions]) => [key, [...partitions].sort((a, b) => a - b)])
}

function partitionsIn(event: KoffEvent): readonly TopicPartitions[] {
  switch (event.type) {
    case 'group-snapshot':
      return event.data.members?.flatMap(({ held }) => held ?? []) ?? []
    case 'rebalance':
      return event.data.changes?.flatMap(({ gained, lost }) => [...gained, ...lost]) ?? []
    case 'member-left':
    case 'member-suspended':
      return event.data.held ?? []
    default:
      return []
  }
}
