import type { Int64 } from '../events/envelope.ts'
import type { Assignment, Group, Holding, Member } from './group.ts'
import { setGroup, setTopicId, topicIdOf, topicSlot } from './groupSlot.ts'
import type { PartitionState } from './partition.ts'

/**
 * The state of a partition as keyed entries: fine enough that a commit rewrites one offset and not its group. Keys and
 * values are JSON texts. A null value would delete a key; a whole state holds none.
 */
export interface StateEntry {
  readonly key: string
  readonly value: string
}

/** Grows when old entries cannot be read as new ones. */
const stateVersion = 1

/** All of a partition's state; `decodeState` of it is a state that goes on exactly as this one would. */
export function* encodeState(state: PartitionState): Generator<StateEntry> {
  const { position, timestamp, inHistory } = state
  yield entry(['partition'], { version: stateVersion, position, timestamp, inHistory })
  for (const [id, name] of state.names.entries()) yield entry(['topic', id], name)
  for (const slot of state.groups.values()) {
    const topics = [...slot.topics.values()].flatMap(topic => {
      const id = topicIdOf(topic)
      return id === null ? [] : [[topic.name, id] as const]
    })
    const group = slot.group === null ? null : encodeGroup(slot.group)
    yield entry(['group', slot.name], { group, topics })
  }
  const { table, transactions } = state.offsets
  for (const row of table.rows()) {
    if (table.present[row] !== 1) continue
    const key = ['offset', table.groupOf(row).name, table.topicOf(row).name, table.partitions[row] ?? 0]
    yield entry(key, [encodeInt64(table.offsetOf(row)), table.times[row], table.positions[row]])
  }
  for (const [producerId, commit] of transactions.entries()) {
    const { row, offset, exact, position, leaderEpoch, metadata, topicId } = commit
    const exactOffset = Number.isNaN(offset) ? exact : offset
    const place = [table.groupOf(row).name, table.topicOf(row).name, table.partitions[row] ?? 0]
    yield entry(
      ['transaction', String(producerId), ...place],
      [encodeInt64(exactOffset), position, leaderEpoch, metadata, topicId?.toString('base64') ?? null],
    )
  }
}

/** Fills a fresh state from entries in any order. Entries must be `encodeState`'s, of this version. */
export function decodeState(state: PartitionState, entries: Iterable<StateEntry>): void {
  const transactions: StoredTransaction[] = []
  for (const { key, value } of entries) {
    const [kind, ...parts] = JSON.parse(key) as [string, ...string[]]
    const stored: unknown = JSON.parse(value)
    switch (kind) {
      case 'partition':
        state.restore(stored as StoredPartition)
        break
      case 'topic':
        state.names.learn(parts[0] ?? '', stored as string)
        break
      case 'group': {
        const { group, topics } = stored as StoredSlot
        const slot = state.slotOf(parts[0] ?? '')
        setGroup(slot, group === null ? null : decodeGroup(group))
        for (const [name, id] of topics) setTopicId(topicSlot(slot, name), Buffer.from(id, 'base64url'), 0)
        break
      }
      case 'offset': {
        const [offset, time, position] = stored as [StoredInt64, number, number]
        const exact = decodeInt64(offset)
        const row = rowOf(state, parts)
        state.offsets.table.set(row, numberOf(exact), BigInt(exact), time, position)
        break
      }
      case 'transaction':
        transactions.push({ producerId: BigInt(parts[0] ?? -1), place: parts.slice(1), commit: stored as StoredCommit })
        break
    }
  }
  // In the order of their records, as they came.
  transactions.sort((a, b) => a.commit[1] - b.commit[1])
  for (const { producerId, place, commit } of transactions) {
    const [offset, position, leaderEpoch, metadata, topicId] = commit
    const exact = decodeInt64(offset)
    const row = rowOf(state, place)
    const { table } = state.offsets
    table.pending[row] = (table.pending[row] ?? 0) + 1
    state.offsets.transactions.add(producerId, {
      row,
      offset: numberOf(exact),
      exact: BigInt(exact),
      position,
      leaderEpoch,
      metadata,
      topicId: topicId === null ? null : Buffer.from(topicId, 'base64'),
    })
  }
}

export interface StoredPartition {
  readonly version: number
  readonly position: number
  readonly timestamp: number
  readonly inHistory: boolean
}

type StoredInt64 = number | string
type StoredCommit = [StoredInt64, number, number, string, string | null]
interface StoredTransaction {
  readonly producerId: bigint
  readonly place: readonly string[]
  readonly commit: StoredCommit
}
interface StoredSlot {
  readonly group: StoredGroup | null
  readonly topics: readonly (readonly [string, string])[]
}
type StoredMember = Omit<Member, 'assignment' | 'pendingRevocation'> & {
  readonly assignment: StoredAssignment
  readonly pendingRevocation: StoredAssignment
}
type StoredAssignment = readonly (readonly [string, readonly number[]])[]
type StoredHolding = readonly [string, Omit<Holding, 'assignment'> & { readonly assignment: StoredAssignment }]
type StoredGroup = Omit<Group, 'members' | 'settled'> & {
  readonly members: readonly StoredMember[]
  readonly settled: readonly StoredHolding[]
}

function entry(key: readonly (string | number)[], value: unknown): StateEntry {
  return { key: JSON.stringify(key), value: JSON.stringify(value) }
}

function encodeGroup(group: Group): StoredGroup {
  const members = [...group.members.values()].map(member => ({
    ...member,
    assignment: [...member.assignment],
    pendingRevocation: [...member.pendingRevocation],
  }))
  const settled = [...group.settled].map(
    ([id, holding]) => [id, { ...holding, assignment: [...holding.assignment] }] as const,
  )
  return { ...group, members, settled }
}

function decodeGroup(stored: StoredGroup): Group {
  const members = stored.members.map(
    member =>
      [
        member.id,
        {
          ...member,
          assignment: assignment(member.assignment),
          pendingRevocation: assignment(member.pendingRevocation),
        },
      ] as const,
  )
  const settled = stored.settled.map(
    ([id, holding]) => [id, { ...holding, assignment: assignment(holding.assignment) }] as const,
  )
  return { ...stored, members: new Map(members), settled: new Map(settled) }
}

function assignment(stored: StoredAssignment): Assignment {
  return new Map(stored)
}

function rowOf(state: PartitionState, [group = '', topic = '', partition = '0']: readonly string[]): number {
  const { table } = state.offsets
  const key = offsetKey(group, topic, Number(partition))
  const known = table.index.find(key, 0, key.length)
  if (known >= 0) return known
  const slot = state.slotOf(group)
  return table.add(key, 0, key.length, slot, topicSlot(slot, topic), Number(partition))
}

/** The bytes of an offset key after its version: two strings with int16 lengths, an int32. */
function offsetKey(group: string, topic: string, partition: number): Buffer {
  const groupLength = Buffer.byteLength(group)
  const topicLength = Buffer.byteLength(topic)
  const key = Buffer.allocUnsafe(8 + groupLength + topicLength)
  key.writeInt16BE(groupLength, 0)
  key.write(group, 2)
  key.writeInt16BE(topicLength, 2 + groupLength)
  key.write(topic, 4 + groupLength)
  key.writeInt32BE(partition, 4 + groupLength + topicLength)
  return key
}

function encodeInt64(value: Int64): StoredInt64 {
  return typeof value === 'bigint' ? value.toString() : value
}

function decodeInt64(stored: StoredInt64): Int64 {
  return typeof stored === 'string' ? BigInt(stored) : stored
}

/** NaN where only a bigint is exact. */
function numberOf(value: Int64): number {
  return typeof value === 'bigint' ? Number.NaN : value
}
