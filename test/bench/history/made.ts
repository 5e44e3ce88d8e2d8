import type { KoffEvent } from '../../../src/events/envelope.ts'
import type { GroupHeader, GroupItem, HistoryItem, OffsetPoint } from '../../../src/history/items.ts'

export const cluster = 'made-up'
export const groupCount = 3_000
export const partitionCount = 10
/** The events are spread over a week that begins here, ms. */
export const begin = 1_796_000_000_000
export const weekMs = 7 * 86_400_000
const offsetsPartitions = 50

/** The same numbers at each run. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state / 0x7fff_ffff
  }
}

export function groupName(group: number): string {
  return `service-${group}`
}

export function topicName(group: number): string {
  return `topic-${group % 300}`
}

/** Event `index` of `count`: members that come and go with ids of their own, rebalances, moved offsets, conditions. */
export function madeEvent(index: number, count: number, random: () => number): KoffEvent {
  const group = Math.floor(random() * groupCount)
  const time = begin + Math.floor((index * weekMs) / count)
  const partition = group % offsetsPartitions
  const topic = topicName(group)
  const base = {
    id: `${partition}-${index}-0`,
    cluster,
    group: groupName(group),
    groupType: 'consumer',
    time,
    severity: 'info',
    source: { kind: 'log', partition, offset: index, timestamp: time, after: null, before: null, sequence: null },
    part: 1,
    parts: 1,
    truncated: false,
  } as const
  const id = `${hex(random)}${hex(random)}-${hex(random)}${hex(random)}`
  const clientId = `client-${group}-${index % 5}`
  const member = {
    id,
    instanceId: null,
    clientId,
    host: `/10.${group % 4}.${group % 250}.${index % 5}`,
    rack: null,
    subscription: { topics: [topic], regex: null },
  }
  const held = [{ topic, topicId: null, subtopology: null, partitions: [1, 2] }]
  const place = { topic, partition: index % partitionCount }
  const choice = random()
  if (choice < 0.3) return { ...base, type: 'member-joined', data: { member } }
  if (choice < 0.6) return { ...base, type: 'member-left', data: { member, held } }
  if (choice < 0.9) {
    const epochs = { epochBefore: index, epochAfter: index + 1, protocol: null, leader: null }
    const changes = [{ memberId: id, clientId, gained: held, lost: [] }]
    const data = { ...epochs, memberCount: 5, durationMs: 300, moved: 2, changes, unreadable: [] }
    return { ...base, type: 'rebalance', data }
  }
  if (choice < 0.97) {
    const data = { ...place, from: index + 5, to: index }
    return { ...base, type: 'offset-rewound', severity: 'warn', data }
  }
  if (choice < 0.98) {
    const data = { ...place, from: index + 5, to: index, direction: 'backward' } as const
    return { ...base, type: 'offset-reset', severity: 'warn', data }
  }
  return { ...base, type: 'partition-unassigned', severity: 'error', data: place }
}

function hex(random: () => number): string {
  return Math.floor(random() * 0x7fff_ffff)
    .toString(16)
    .padStart(8, '0')
}

type Place = Pick<GroupItem, 'cluster' | 'partition' | 'position' | 'ordinal' | 'time' | 'group'>

/** Groups whose offsets all move each minute. */
export class MadeGroups {
  readonly #random = numbers(7)
  readonly #offsets = Array.from({ length: groupCount }, () =>
    Array.from({ length: partitionCount }, () => Math.floor(this.#random() * 1e7)),
  )
  #position = 0

  /** The items of one minute, of all groups: progress, and once in three hours a rebalance with new members. */
  minute(minute: number): HistoryItem[] {
    const items: HistoryItem[] = []
    const time = begin + minute * 60_000
    for (let group = 0; group < groupCount; group++) {
      const position = ++this.#position
      const place = { cluster, partition: group % offsetsPartitions, position, time, group: groupName(group) }
      if (minute % 180 === group % 180) items.push(this.#state(minute, group, { ...place, ordinal: 0 }))
      items.push({ kind: 'offsets', ...place, ordinal: 1, points: this.#points(group) })
    }
    return items
  }

  #state(epoch: number, group: number, place: Place): GroupItem {
    const topic = topicName(group)
    const members = Array.from({ length: 5 }, (_, index) => {
      const held = [[topic, [index * 2, index * 2 + 1]]] as const
      const client = { clientId: `client-${group}-${index}`, host: `/10.${group % 4}.${group % 250}.${index}` }
      const id = `${group}-${epoch}-${index}-${hex(this.#random)}`
      return { id, instanceId: null, ...client, epoch, held, target: held }
    })
    const header = { type: 'consumer', epoch, state: 'Stable', protocolType: 'consumer', protocol: null, leader: null }
    return { kind: 'group', ...place, header: header as GroupHeader, isFull: true, members, gone: [] }
  }

  #points(group: number): OffsetPoint[] {
    const offsets = this.#offsets[group] ?? []
    return offsets.map((before, partition) => {
      const offset = before + Math.floor(this.#random() * 2_000)
      offsets[partition] = offset
      const lag = Math.floor(this.#random() * 300)
      const lagMs = Math.floor(this.#random() * 5_000)
      return { topic: topicName(group), partition, offset, logEnd: offset + lag, lag, lagMs }
    })
  }
}
