import type { EventLine } from '../e2e/watch.ts'

/** By group: one line for each event that is to be told. */
export type Truth = ReadonlyMap<string, readonly string[]>

export interface Comparison {
  /** Lines that are missing or that nobody expected, with the group. */
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
  /** Events in parts of which some are not there. */
  readonly incomplete: readonly string[]
}

const fromRecord = /^(\d+-\d+)-(\d+)$/

/** Events that records made of these groups, against what was written. */
export function compareWithTruth(events: readonly EventLine[], truth: Truth): Comparison {
  const own = events.filter(({ id, group }) => truth.has(group) && fromRecord.test(id))
  const left = new Map<string, number>()
  const add = (line: string, count: number) => left.set(line, (left.get(line) ?? 0) + count)
  for (const [group, lines] of truth) for (const line of lines) add(`${group}: ${line}`, 1)
  for (const event of own) if (event.part === 1) add(`${event.group}: ${lineOf(event)}`, -1)
  const withCount = (wanted: (count: number) => boolean) =>
    [...left].flatMap(([line, count]) => (wanted(count) ? [`${line} (${Math.abs(count)})`] : []))
  const ids = new Map(own.map(event => [event.id, event]))
  const isThere = (first: EventLine, part: number) => {
    const [, position, ordinal] = fromRecord.exec(first.id) ?? []
    const found = ids.get(`${position}-${Number(ordinal) + part - 1}`)
    return found?.type === first.type && found.part === part && found.parts === first.parts
  }
  const incomplete = own.filter(event => {
    if (event.part !== 1) return false
    return !Array.from({ length: event.parts }, (_, at) => at + 1).every(part => isThere(event, part))
  })
  return {
    missing: withCount(count => count > 0),
    unexpected: withCount(count => count < 0),
    incomplete: incomplete.map(({ id }) => id),
  }
}

/** What tells an event from others of its group. */
function lineOf(event: EventLine): string {
  const { type } = event
  const data = event.data as Readonly<Record<string, string | number>>
  switch (type) {
    case 'offset-committed':
      return `${type} ${data['topic']}-${data['partition']} ${data['offset']}`
    case 'member-joined':
    case 'member-left':
      return `${type} ${(event.data as { readonly member: { readonly id: string } }).member.id}`
    case 'rebalance':
    case 'rebalance-started':
      return `${type} ${data['epochBefore']} ${data['epochAfter']}`
    default:
      return type
  }
}

interface Change {
  readonly memberId: string
  readonly gained: readonly Held[]
  readonly lost: readonly Held[]
}

interface Held {
  readonly topic: string | null
  readonly topicId: string | null
  readonly partitions: readonly number[]
}

/** By member: `topic-partition` of what it holds after all rebalances of the group. */
export function heldAfter(events: readonly EventLine[], group: string): ReadonlyMap<string, readonly string[]> {
  const held = new Map<string, Set<string>>()
  for (const event of events) {
    if (event.group !== group || event.type !== 'rebalance') continue
    for (const { memberId, gained, lost } of (event.data as { readonly changes: readonly Change[] }).changes) {
      const own = held.get(memberId) ?? new Set()
      held.set(memberId, own)
      for (const place of lost.flatMap(places)) own.delete(place)
      for (const place of gained.flatMap(places)) own.add(place)
    }
  }
  return new Map([...held].flatMap(([id, own]) => (own.size === 0 ? [] : [[id, [...own].toSorted()]])))
}

function places({ topic, topicId, partitions }: Held): string[] {
  return partitions.map(partition => `${topic ?? topicId}-${partition}`)
}
