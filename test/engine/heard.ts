import type { KoffEvent } from '../../src/events/envelope.ts'

/** A group as somebody knows it. */
export interface Known {
  readonly kind: string
  readonly members: readonly string[]
  /** By partition; one topic. */
  readonly offsets: Readonly<Record<string, number>>
}

interface Group {
  kind: string
  readonly members: Set<string>
  readonly offsets: Map<number, number>
}

/**
 * The groups as somebody knows them who reads nothing but events, all types of them; and what did not fit: a member that
 * joined twice, a previous offset that was another one, a group created that was there.
 */
export function heard(events: readonly KoffEvent[]): { groups: Record<string, Known>; faults: string[] } {
  const groups = new Map<string, Group>()
  const faults: string[] = []
  for (const transition of byTransition(events)) {
    // The order of the contract has the creation first, also where another group of the name went in the same batch.
    const goes = transition.some(({ type }) => type === 'group-deleted')
    const comes = transition.some(({ type }) => type === 'group-created')
    const name = transition[0]?.group ?? ''
    if (groups.has(name) !== (goes || !comes)) faults.push(`${transition[0]?.id}: ${name} was ${groups.has(name)}`)
    if (goes) groups.delete(name)
    if (comes) groups.set(name, { kind: '', members: new Set(), offsets: new Map() })
    const group = groups.get(name)
    if (group === undefined) continue
    for (const event of transition) {
      if (event.type !== 'group-deleted') group.kind = event.groupType
      if (!learn(group, event) && !goes) faults.push(`${event.id}: ${event.type} ${JSON.stringify(event.data)}`)
    }
  }
  const known = [...groups].map(([name, { kind, members, offsets }]): [string, Known] => [
    name,
    { kind, members: [...members].toSorted(byText), offsets: Object.fromEntries(offsets) },
  ])
  return { groups: Object.fromEntries(known.toSorted(([a], [b]) => byText(a, b))), faults }
}

/** False where the event does not fit what was known. */
function learn({ members, offsets }: Group, { type, data }: KoffEvent): boolean {
  if (type === 'member-joined') {
    const isNew = !members.has(data.member.id)
    members.add(data.member.id)
    return isNew
  }
  if (type === 'member-left') return members.delete(data.member.id)
  if (type === 'member-replaced') {
    members.add(data.to)
    return members.delete(data.from)
  }
  if (type === 'group-emptied') {
    return data.lastMembers.map(({ id }) => id).join() === [...members].toSorted(byText).join()
  }
  if (type === 'offset-committed') {
    const before = offsets.get(data.partition) ?? null
    offsets.set(data.partition, Number(data.offset))
    return data.previous === before
  }
  if (type === 'offset-deleted') {
    const before = offsets.get(data.partition)
    offsets.delete(data.partition)
    return data.lastOffset === before
  }
  return true
}

function byTransition(events: readonly KoffEvent[]): KoffEvent[][] {
  const transitions = Map.groupBy(events, ({ source, group }) => `${source.offset} ${group}`)
  return [...transitions.values()]
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}
