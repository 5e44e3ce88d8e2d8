import { ranges } from '../base/ranges.ts'
import { shortened, terminalText } from '../base/terminalText.ts'
import type { Int64 } from '../events/envelope.ts'
import type { Member, TopicPartitions } from '../events/shapes.ts'
import type { Ink } from './ink.ts'
import { noInk } from './noInk.ts'

export interface How {
  readonly ink: Ink
  /** True: nothing is shortened or left out. */
  readonly wide: boolean
}

export const plainWords: How = { ink: noInk, wide: false }

/** How things are called in a line for people: short unless `wide`, and safe to show. */
export type Words = ReturnType<typeof wordsFor>

export function wordsFor(how: How) {
  const { ink, wide } = how
  const memberId = (id: string): string => (wide ? terminalText(id) : shortMember(id, ''))
  /** With the client id, which says more than the member id. */
  const memberOf = (id: string, clientId: string): string => {
    if (!wide) return shortMember(id, clientId)
    return terminalText(clientId === '' || id.startsWith(clientId) ? id : `${clientId}/${id}`)
  }
  /** A static member goes by its instance id, which outlives the member id. */
  const memberName = ({ id, instanceId, clientId }: Pick<Member, 'id' | 'instanceId' | 'clientId'>): string => {
    if (instanceId === null) return memberOf(id, clientId)
    return wide ? terminalText(instanceId) : shortened(terminalText(instanceId), 40)
  }
  /** The first few, and how many more there are. */
  const some = (parts: readonly string[], most: number, separator = ', '): string => {
    const more = wide ? 0 : parts.length - most
    return more <= 0 ? parts.join(separator) : `${parts.slice(0, most).join(separator)}${separator}and ${more} more`
  }
  /** `orders[0-3,7] payments[1]` */
  const partitionsText = (partitions: readonly TopicPartitions[]): string =>
    some(
      partitions.map(entry => `${topicName(entry)}[${ranges(entry.partitions, ',')}]`),
      4,
      ' ',
    )
  return {
    ink,
    wide,
    memberId,
    memberOf,
    memberName,
    some,
    partitionsText,
    /** Null: the assignment cannot be read. */
    heldText: (held: readonly TopicPartitions[] | null): string =>
      held === null ? '(assignment not readable)' : partitionsText(held),
    subscriptionText: ({ subscription }: Member): string => {
      if (subscription === null) return ''
      const regex = subscription.regex === null ? [] : [`/${subscription.regex}/`]
      return some([...subscription.topics, ...regex].map(terminalText), 6)
    },
  }
}

/** `orders-1/3f2a8c21`: the client id and the beginning of what is random, whichever client made the id. */
function shortMember(id: string, clientId: string): string {
  const match = randomEnd.exec(id)
  const before = match?.[1] ?? ''
  const random = match?.[2] ?? match?.[3] ?? match?.[4]
  const name = clientId === '' ? before.replace(/[-_.]$/, '') : clientId
  const shown = shortened(terminalText(name.replace(uuid, '$1')), 40)
  if (random === undefined) {
    const rest = shortened(terminalText(id), 40)
    return name === '' || id.startsWith(name) ? rest : `${shown}/${rest}`
  }
  return name === '' ? terminalText(random) : `${shown}/${terminalText(random)}`
}

/** `(client orders-1, host 10.0.0.5, rack a)`; the client is left out where the name says it already. */
export function memberOrigin(member: Member): string {
  const client = member.instanceId === null ? [] : [`client ${terminalText(member.clientId)}`]
  const rack = member.rack === null ? [] : [`rack ${terminalText(member.rack)}`]
  return `(${[...client, `host ${host(member.host)}`, ...rack].join(', ')})`
}

/** The broker writes addresses with a slash before them, as Java does. */
export function host(name: string): string {
  return terminalText(name.replace(/^\//, ''))
}

export function topicName({ topic, topicId, subtopology }: TopicPartitions): string {
  if (subtopology !== null) return `subtopology ${terminalText(subtopology)}`
  return terminalText(topic ?? topicId ?? '?')
}

/** How many partitions. */
export function partitionCount(held: readonly TopicPartitions[]): number {
  return held.reduce((all, { partitions }) => all + partitions.length, 0)
}

/** `3 members`, `1 member`; `?` for what is not known. */
export function count(number: Int64 | null, noun: string): string {
  return `${integer(number)} ${noun}${number === 1 || number === 1n ? '' : 's'}`
}

/** Digits in groups of three, so that long offsets can be read; `?` for what is not known. */
export function integer(number: Int64 | null): string {
  return number === null ? '?' : digits.format(number)
}

/** In few columns: `9,999`, `12k`, `1.2M`; `?` for what is not known. */
export function compactInteger(number: Int64 | null): string {
  return number === null || number < 10_000 ? integer(number) : compact.format(number).replace('K', 'k')
}

/** A small number as it is; `?` for one that is not known. */
export function plain(number: number | null): string {
  return number === null ? '?' : String(number)
}

/** `850 ms`, `1.2 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ]
  const first = units.findIndex(([, size]) => seconds >= size)
  let left = seconds
  return units
    .slice(first, first + 2)
    .map(([unit, size]) => {
      const many = Math.floor(left / size)
      left -= many * size
      return many === 0 ? '' : `${many} ${unit}`
    })
    .filter(text => text !== '')
    .join(' ')
}

const digits = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })
/** What is random at the end of a member id: a UUID, one without hyphens, or one as Kafka prints it. */
const randomEnd =
  /^(.*?)(?:([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|([0-9a-f]{8})[0-9a-f]{24}|(?<=^)([\w-]{8})[\w-]{14})$/i
/** Within a client id: Kafka Streams makes such. */
const uuid = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i
