import type { GroupItem, Held, HistoryMember } from '../items.ts'
import type { SqlValue } from '../store.ts'
import type { Transaction } from './database.ts'
import type { GroupMemory, MemberMemory, Span } from './groupMemory.ts'
import { endOfMember, endOfOwner, membersTable, OPEN, ownersTable } from './tables.ts'

interface Pending {
  readonly row: (fromTime: number, toTime: number) => readonly SqlValue[]
  readonly span: Span
}

/** Keeps the intervals of members and owners in step with the groups. What changes is written by `flush`. */
export class Spans {
  #newMembers: Pending[] = []
  #newOwners: Pending[] = []
  #endedMembers: (readonly SqlValue[])[] = []
  #endedOwners: (readonly SqlValue[])[] = []

  /** `nameOf`: what a topic id is called, as far as it is known. */
  apply(item: GroupItem, memory: GroupMemory, nameOf: (id: string) => string | undefined): void {
    const { header, isFull, members, gone } = item
    const left = isFull || header === null ? new Set(memory.members.keys()) : new Set(gone)
    if (header !== null) for (const { id } of members) left.delete(id)
    for (const id of left) this.#end(item, memory, id)
    if (header === null) return
    for (const member of members) {
      const known = memory.members.get(member.id) ?? this.#begin(item, member)
      memory.members.set(member.id, known)
      if (header.type === 'streams') continue
      const isById = header.type === 'consumer' || header.type === 'share'
      this.#hold(item, known, placesOf(member.held ?? [], isById ? nameOf : () => undefined))
    }
  }

  /** Writes what changed since the last call. */
  async flush(transaction: Transaction): Promise<void> {
    if (this.#endedOwners.length > 0) await transaction.update(endOfOwner, this.#endedOwners.splice(0))
    if (this.#endedMembers.length > 0) await transaction.update(endOfMember, this.#endedMembers.splice(0))
    const rows = (pending: readonly Pending[]) =>
      pending.map(({ row, span }) => {
        span.isStored = true
        return row(span.fromTime, span.toTime)
      })
    if (this.#newMembers.length > 0) await transaction.insert(membersTable, rows(this.#newMembers.splice(0)))
    if (this.#newOwners.length > 0) await transaction.insert(ownersTable, rows(this.#newOwners.splice(0)))
  }

  /** Forgets what was not written. */
  clear(): void {
    this.#newMembers = []
    this.#newOwners = []
    this.#endedMembers = []
    this.#endedOwners = []
  }

  #begin({ cluster, group, time }: GroupItem, member: HistoryMember): MemberMemory {
    const { id, instanceId, clientId, host } = member
    const span: Span = { fromTime: time, toTime: OPEN, isStored: false }
    this.#newMembers.push({ span, row: (from, to) => [cluster, group, id, instanceId, clientId, host, from, to] })
    return { id, instanceId, clientId, host, span, held: new Map() }
  }

  #end(item: GroupItem, memory: GroupMemory, id: string): void {
    const member = memory.members.get(id)
    if (member === undefined) return
    memory.members.delete(id)
    this.#hold(item, member, new Map())
    member.span.toTime = item.time
    // A span that is not in its table yet is inserted as it is by then.
    if (member.span.isStored) this.#endedMembers.push([item.time, item.cluster, item.group, id])
  }

  /** The member holds these from now on, and no others. */
  #hold(item: GroupItem, member: MemberMemory, places: ReadonlyMap<string, readonly [string, number]>): void {
    const { cluster, group, time } = item
    for (const [key, span] of member.held) {
      if (places.has(key)) continue
      member.held.delete(key)
      span.toTime = time
      const at = key.indexOf(' ')
      const place = [key.slice(at + 1), Number(key.slice(0, at))] as const
      if (span.isStored) this.#endedOwners.push([time, cluster, group, member.id, ...place])
    }
    const { id, instanceId, clientId, host } = member
    for (const [key, [topic, partition]] of places) {
      if (member.held.has(key)) continue
      const span: Span = { fromTime: time, toTime: OPEN, isStored: false }
      member.held.set(key, span)
      this.#newOwners.push({
        span,
        row: (from, to) => [cluster, group, topic, partition, id, instanceId, clientId, host, from, to],
      })
    }
  }
}

function placesOf(held: Held, nameOf: (id: string) => string | undefined): Map<string, readonly [string, number]> {
  const places = new Map<string, readonly [string, number]>()
  for (const [key, partitions] of held) {
    const topic = nameOf(key) ?? key
    for (const partition of partitions) places.set(`${partition} ${topic}`, [topic, partition])
  }
  return places
}
