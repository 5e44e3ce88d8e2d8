import type { OffsetTable } from '../offsets/table.ts'

/**
 * The state of a partition as keyed entries, as fine as Kafka's own records: what changes is written, and no more. Keys
 * and values are JSON texts. How large ones are stored is in `delivery/storedPieces.ts`.
 *
 * | key | value |
 * |---|---|
 * | `["partition"]` | the position, and what holds for the whole partition |
 * | `["metadata", group]` | what is known of the group itself |
 * | `["member", group, member id]` | what the member's own record says |
 * | `["assignment", group, member id]` | what it holds, and what it held when the group was last settled |
 * | `["names", group]` | topic ids with the names that its own records tell |
 * | `["epochs", group]` | the epochs of all members (epochs.ts) |
 * | `["regex", group, regular expression]` | the topics that the broker found for it |
 * | `["topicId", group, topic]` | the topic id that the group last committed with (storedTopics.ts) |
 * | `["topic", topic id]` | the name of a topic id that no group knows any more |
 * | `["offset", group, topic, partition]` | a committed offset |
 * | `["pending", producer id, group, topic, partition]` | a commit of an open transaction |
 * | `["conditions", group]`, `["move", group, n]`, `["unassigned", group, topic]` | what conditions know of the group |
 * | `["condition", group, topic, partition]` | what conditions know of a committed offset |
 */
export interface StateEntry {
  readonly key: string
  readonly value: string
}

/** An entry to store; null deletes the stored value of the key. */
export interface StateChange {
  readonly key: string
  readonly value: string | null
}

/** Increased when older entries cannot be read in the new form. Version 1 is still read (version1.ts). */
export const stateVersion = 2

/**
 * Every version of koff, past and future, can read these fields of any other version's state: they are never renamed.
 */
export interface StoredPartition {
  readonly version: number
  /** Kafka's cluster id: a state does not fit another cluster. */
  readonly cluster: string
  readonly position: number
  /** Of the last batch before that position; absent where an older version stored it. */
  readonly leaderEpoch?: number
  readonly timestamp: number
  readonly inHistory: boolean
  readonly historyEnd: number | null
}

/** The subject of an entry that is not an offset. */
export type EntryRef =
  | { readonly kind: 'metadata' | 'epochs' | 'names'; readonly group: string }
  | { readonly kind: 'member' | 'assignment'; readonly group: string; readonly member: string }
  | { readonly kind: 'regex'; readonly group: string; readonly regex: string }
  | { readonly kind: 'topicId'; readonly group: string; readonly topic: string }
  | { readonly kind: 'topic'; readonly id: string }

export const partitionKey = JSON.stringify(['partition'])

export function keyOf(ref: EntryRef): string {
  switch (ref.kind) {
    case 'metadata':
    case 'epochs':
    case 'names':
      return JSON.stringify([ref.kind, ref.group])
    case 'member':
    case 'assignment':
      return JSON.stringify([ref.kind, ref.group, ref.member])
    case 'regex':
      return JSON.stringify([ref.kind, ref.group, ref.regex])
    case 'topicId':
      return JSON.stringify([ref.kind, ref.group, ref.topic])
    case 'topic':
      return JSON.stringify([ref.kind, ref.id])
  }
}

export function offsetKey(table: OffsetTable, row: number): string {
  return JSON.stringify(['offset', ...placeOf(table, row)])
}

/** Conditions of one committed offset. */
export function rowConditionKey(table: OffsetTable, row: number): string {
  return JSON.stringify(['condition', ...placeOf(table, row)])
}

export function pendingKey(producerId: bigint, table: OffsetTable, row: number): string {
  return JSON.stringify(['pending', producerId.toString(), ...placeOf(table, row)])
}

function placeOf(table: OffsetTable, row: number): readonly [group: string, topic: string, partition: number] {
  return [table.groupOf(row).name, table.topicOf(row).name, table.partitions[row] ?? 0]
}

/** False for what others keep beside the state: their keys name nothing but themselves, `["delivery"]`. */
export function isStateKey(key: string): boolean {
  return key === partitionKey || (JSON.parse(key) as readonly unknown[]).length > 1
}
