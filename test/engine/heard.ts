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
 * The groups as a reader knows them who folds events one by one, all types of them; and what did not fit: a member that
 * joined twice, a previous offset that was another one, an event of a group before its creation or after its deletion.
 */
export function heard(events: readonly KoffEvent[]): { groups: Record<string, Known>; faults: string[] } {
  const groups = new Map<string, Group>()
  const faults: string[] = []
  for (const event of events) {
    const { type, group: name, groupType } = event
    const isCreated = type === 'group-created'
    if (groups.has(name) === isCreated) faults.push(`${event.id}: ${type} of ${name}`)
    if (isCreated) groups.set(name, { kind: groupType, members: new Set(), offsets: new Map() })
    const group = groups.get(name)
    if (group === undefined) continue
    if (type === 'group-deleted') groups.delete(name)
    else group.kind = groupType
    if (!learn(group, event)) faults.push(`${event.id}: ${type} ${JSON.stringify(event.data)}`)
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
  if (type === 'group-emptied' || type === 'group-deleted') return members.size === 0
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

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}
