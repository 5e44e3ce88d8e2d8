import type { Group, Member } from '../../state/group/group.ts'
import { keyedBy, membersOf } from '../../state/group/group.ts'
import type { GroupSlot } from '../../state/group/groupSlot.ts'
import { heldBy } from '../../state/group/holdings.ts'
import { stateOf } from '../../state/group/view.ts'
import type { GroupHeader, GroupItem, Held, HistoryMember } from '../items.ts'

/** A group as it was last recorded. */
interface Recorded {
  readonly header: string
  readonly members: ReadonlyMap<string, Member>
  /** Members in the items since the last full one. */
  readonly partial: number
  readonly fullAt: number
}

/** What an item says of a group. */
export type GroupContent = Pick<GroupItem, 'group' | 'header' | 'isFull' | 'members' | 'gone'>

const dayMs = 24 * 3_600_000

/** Says what changed of the groups of one partition since they were last recorded. */
export class GroupRecorder {
  readonly #recorded = new Map<string, Recorded>()
  /** Topic ids in assignments whose name was not known. */
  readonly #unnamed = new Set<string>()
  readonly #named = new Set<string>()

  /** Null: nothing that an item says. */
  record({ name, group }: Pick<GroupSlot, 'name' | 'group'>, time: number): GroupContent | null {
    const before = this.#recorded.get(name)
    if (group === null) {
      if (!this.#recorded.delete(name)) return null
      return { group: name, header: null, isFull: true, members: [], gone: [] }
    }
    const header = headerOf(group)
    const headerText = JSON.stringify(header)
    const members = new Map(membersOf(group).map(member => [member.id, member]))
    const changed = [...members.values()].filter(member => before?.members.get(member.id) !== member)
    const gone = [...(before?.members.keys() ?? [])].filter(id => !members.has(id))
    if (before?.header === headerText && changed.length === 0 && gone.length === 0) return null
    const partial = (before?.partial ?? 0) + changed.length + gone.length + 1
    const isFull = before === undefined || partial > 4 + 2 * members.size || time - before.fullAt > dayMs
    const fullAt = isFull ? time : before.fullAt
    this.#recorded.set(name, { header: headerText, members, partial: isFull ? 0 : partial, fullAt })
    const shown = isFull ? [...members.values()] : changed
    if (keyedBy(group.type) === 'topicId') for (const member of shown) this.#noteTopics(member)
    return {
      group: name,
      header,
      isFull,
      members: shown.map(member => historyMember(member, group)),
      gone: isFull ? [] : gone,
    }
  }

  /** Topic ids of assignments whose name is known since the last call. */
  *newNames(nameOf: (id: string) => string | null): Generator<{ readonly id: string; readonly name: string }> {
    for (const id of this.#unnamed) {
      const name = nameOf(id)
      if (name === null) continue
      this.#unnamed.delete(id)
      this.#named.add(id)
      yield { id, name }
    }
  }

  #noteTopics({ assignment, pendingRevocation, target }: Member): void {
    for (const partitions of [assignment, pendingRevocation, target]) {
      for (const id of partitions?.keys() ?? []) if (!this.#named.has(id)) this.#unnamed.add(id)
    }
  }
}

function headerOf(group: Group): GroupHeader {
  const { type, epoch, protocolType, protocol, leader } = group
  return { type, epoch, state: stateOf(group), protocolType, protocol, leader }
}

function historyMember(member: Member, { type }: Group): HistoryMember {
  const { id, instanceId, clientId, host, epoch, target } = member
  const held = heldBy(member)
  return {
    id,
    instanceId,
    clientId,
    host,
    epoch,
    held: held === null ? null : pairsOf(held),
    target: type === 'classic' ? null : pairsOf(target),
  }
}

function pairsOf(assignment: ReadonlyMap<string, readonly number[]>): Held {
  return [...assignment]
}
