import type { KoffEvent } from '../../src/events/envelope.ts'

interface Group {
  readonly members: Set<string>
  /** `<topic> <partition>`. */
  readonly offsets: Set<string>
}

/**
 * What a reader meets who folds events in order, all types of them, and should not: a group, member or offset before its
 * creation or after its end. `rebalance.changes`, `rebalance-storm`, `group-emptied` and `leader-changed.from` may name
 * members that left; `koff-undecodable` may name any group.
 */
export function folded(events: readonly KoffEvent[]): string[] {
  const groups = new Map<string, Group>()
  const faults: string[] = []
  for (const event of events) {
    const { id, type, group: name, data } = event
    if (name === '' || type === 'koff-undecodable') continue
    if (type === 'group-created') {
      if (groups.has(name)) faults.push(`${id}: ${name} is created twice`)
      groups.set(name, { members: new Set(), offsets: new Set() })
      continue
    }
    const group = groups.get(name)
    if (group === undefined) {
      faults.push(`${id}: ${type} of ${name}, which is not there`)
      continue
    }
    begin(group, event)
    for (const member of membersIn(event)) {
      if (!group.members.has(member)) faults.push(`${id}: ${type} names member ${member}, which is not there`)
    }
    const offset = offsetIn(event)
    if (offset !== null && !group.offsets.has(offset))
      faults.push(`${id}: ${type} names offset ${offset}, which is not there`)
    if (type === 'member-left') group.members.delete(data.member.id)
    if (type === 'member-replaced') group.members.delete(data.from)
    if (type === 'offset-deleted') group.offsets.delete(`${data.topic} ${data.partition}`)
    if (type === 'group-deleted') groups.delete(name)
  }
  return faults
}

/** What the event makes. */
function begin({ members, offsets }: Group, { type, data }: KoffEvent): void {
  if (type === 'member-joined') members.add(data.member.id)
  if (type === 'member-replaced') members.add(data.to)
  if (type === 'offset-committed') offsets.add(`${data.topic} ${data.partition}`)
}

function membersIn({ type, data }: KoffEvent): readonly string[] {
  if (type === 'member-replaced') return [data.from, data.to]
  if (type === 'leader-changed') return [data.to]
  if (type === 'rebalance') return data.leader === null ? [] : [data.leader]
  if (type === 'rebalance-stuck') return (data.laggingMembers ?? []).map(({ id }) => id)
  if (type === 'assignment-skewed') return data.counts.map(({ memberId }) => memberId)
  return 'member' in data && data.member !== null ? [data.member.id] : []
}

/** `topic-recreated` is about a topic; who owns a partition has nothing to do with what is committed. */
function offsetIn({ type, data }: KoffEvent): string | null {
  const place = type === 'lag-exceeded' ? data.worst : type.startsWith('offset-') ? data : null
  return place !== null && 'topic' in place && 'partition' in place ? `${place.topic} ${place.partition}` : null
}
