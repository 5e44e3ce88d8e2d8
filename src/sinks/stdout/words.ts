import { ranges } from '../../base/ranges.ts'
import { shortened, terminalText } from '../../base/terminalText.ts'
import type { Int64 } from '../../events/envelope.ts'
import type { Member, TopicPartitions } from '../../events/shapes.ts'

/** How things are called in a line for people: short, and safe to show. */

/** `orders-1-0c5a2d1e…`, `7f9GL0kX…`: the beginning of what is random tells members apart. */
export function memberId(id: string): string {
  return shortened(terminalText(id.replace(randomEnd, '$1…').replace(kafkaUuid, '$1…')), 40)
}

/** With the client id, unless the coordinator made the member id from it: `orders-1/7f9GL0kX…`. */
export function memberOf(id: string, clientId: string): string {
  return clientId === '' || id.startsWith(clientId)
    ? memberId(id)
    : `${shortened(terminalText(clientId), 40)}/${memberId(id)}`
}

/** A static member goes by its instance id, which outlives the member id. */
export function memberName({ id, instanceId, clientId }: Pick<Member, 'id' | 'instanceId' | 'clientId'>): string {
  return instanceId === null ? memberOf(id, clientId) : shortened(terminalText(instanceId), 40)
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

export function subscriptionText({ subscription }: Member): string {
  if (subscription === null) return ''
  const regex = subscription.regex === null ? [] : [`/${subscription.regex}/`]
  return some([...subscription.topics, ...regex].map(terminalText), 6)
}

/** `orders[0-3,7] payments[1]` */
export function partitionsText(partitions: readonly TopicPartitions[]): string {
  return some(
    partitions.map(entry => `${topicName(entry)}[${ranges(entry.partitions, ',')}]`),
    4,
    ' ',
  )
}

/** Null: the assignment cannot be read. */
export function heldText(held: readonly TopicPartitions[] | null): string {
  return held === null ? '(assignment not readable)' : partitionsText(held)
}

function topicName({ topic, topicId, subtopology }: TopicPartitions): string {
  if (subtopology !== null) return `subtopology ${terminalText(subtopology)}`
  return terminalText(topic ?? topicId ?? '?')
}

/** The first few, and how many more there are. */
export function some(parts: readonly string[], most: number, separator = ', '): string {
  const more = parts.length - most
  return more <= 0 ? parts.join(separator) : `${parts.slice(0, most).join(separator)}${separator}and ${more} more`
}

/** `3 members`, `1 member` */
/** `?` for what is not known. */
export function count(number: Int64 | null, noun: string): string {
  return `${integer(number)} ${noun}${number === 1 || number === 1n ? '' : 's'}`
}

/** Digits in groups of three, so that long offsets can be read; `?` for what is not known. */
export function integer(number: Int64 | null): string {
  return number === null ? '?' : digits.format(number)
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
/** The UUID at the end of what the coordinator makes of a client id or an instance id. */
const randomEnd = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** A UUID as Kafka prints it: what a KIP-848 client makes up for itself. */
const kafkaUuid = /^([\w-]{8})[\w-]{14}$/
