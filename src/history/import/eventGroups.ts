import type { EventData, EventType } from '../../events/definitions.ts'
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

  /** False where the event changes nothing that an item says. */
  #apply(event: KoffEvent): boolean {
    this.#noteTopics(event)
    if (event.type === 'group-deleted') return this.#known.delete(event.group)
    const change = changes[event.type] as ((known: Known, data: KoffEvent['data'], part: number) => Change) | undefined
    const known = this.#known.get(event.group) ?? this.#begin(event)
    if (change === undefined) return false
    const header = change(known, event.data, event.part)
    const state = known.members.size === 0 ? 'Empty' : 'Stable'
    known.header = { ...known.header, ...typeOf(event), state, ...header }
    return true
  }

  #begin(event: KoffEvent): Known {
    const known: Known = { header: { ...newHeader, ...typeOf(event) }, members: new Map() }
    this.#known.set(event.group, known)
    return known
  }
}

const newHeader: GroupHeader = {
  type: 'simple',
  epoch: 0,
  state: 'Empty',
  protocolType: null,
  protocol: null,
  leader: null,
}

type Change = Partial<GroupHeader>

/** What an event changes of the members, which it does, and of the group itself, which it returns. */
const changes: { readonly [T in EventType]?: (known: Known, data: EventData<T>, part: number) => Change } = {
  'group-snapshot': ({ members }, data, part) => {
    const { epoch, protocolType, protocol, leader } = data
    if (part === 1) members.clear()
    for (const { held, ...member } of data.members ?? []) members.set(member.id, memberOf(member, held))
    return { epoch: epoch ?? 0, protocolType, protocol, leader }
  },
  'group-created': (_, { protocolType }) => ({ protocolType }),
  'group-migrated': (_, { epoch }) => ({ epoch: epoch ?? 0 }),
  'group-emptied': ({ members, header }, { epoch }) => {
    members.clear()
    return { epoch: epoch ?? header.epoch, protocol: null, leader: null }
  },
  'member-joined': ({ members }, { member }) => {
    members.set(member.id, memberOf(member, []))
    return {}
  },
  'member-changed': ({ members }, { member }) => {
    members.set(member.id, { ...memberOf(member, []), held: members.get(member.id)?.held ?? [] })
    return {}
  },
  'member-left': ({ members }, { member }) => {
    members.delete(member.id)
    return {}
  },
  'member-suspended': ({ members }, { member, held }) => {
    members.set(member.id, { ...memberOf(member, held), epoch: -2 })
    return {}
  },
  'member-replaced': ({ members }, { from, to, instanceId }) => {
    const before = members.get(from) ?? unknownMember
    members.delete(from)
    members.set(to, { ...before, id: to, instanceId })
    return {}
  },
  rebalance: ({ members, header }, { changes: moves, epochAfter, protocol, leader }) => {
    for (const { memberId, gained, lost } of moves ?? []) {
      const member = members.get(memberId)
      if (member !== undefined) members.set(memberId, { ...member, held: moved(member.held ?? [], gained, lost) })
    }
    return { epoch: epochAfter ?? header.epoch, protocol, leader }
  },
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
  if (event.type === 'group-snapshot') return event.data.members?.flatMap(({ held }) => held ?? []) ?? []
  if (event.type === 'rebalance') return event.data.changes?.flatMap(({ gained, lost }) => [...gained, ...lost]) ?? []
  return event.type === 'member-left' || event.type === 'member-suspended' ? (event.data.held ?? []) : []
}
