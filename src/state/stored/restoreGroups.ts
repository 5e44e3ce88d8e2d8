import { setGroup } from '../group/groupSlot.ts'
import { holdNames } from '../group/holdNames.ts'
import type { LearnedNames } from '../group/learnedNames.ts'
import type { PendingCommit } from '../offsets/transactions.ts'
import type { PartitionState } from '../partition.ts'
import { refsOf } from './encode.ts'
import { pendingKey } from './entry.ts'
import { rowOf } from './restoreOffsets.ts'
import { decodeConditions, elementKinds, type StoredConditionEntries } from './storedConditions.ts'
import { decodeGroup, type StoredGroup } from './storedGroup.ts'
import { decodePending, type StoredCommit } from './storedOffsets.ts'
import { restoreRemembered, restoreTopicId, type StoredName } from './storedTopics.ts'
import { type Commit1, decodeConditions1, decodeSlot1 } from './version1.ts'

export interface ParsedEntry {
  readonly key: string
  /** The value after `JSON.parse`. */
  readonly parsed: unknown
}

/** Entries that belong together, by group or by producer. */
interface Collected {
  readonly groups: Map<string, StoredGroup>
  readonly conditions: Map<string, StoredConditionEntries>
  readonly commits: Map<bigint, PendingCommit[]>
}

/** All entries but those of offsets, into a state that has its offsets already. */
export function restoreGroups(state: PartitionState, entries: Iterable<ParsedEntry>): void {
  const collected: Collected = { groups: new Map(), conditions: new Map(), commits: new Map() }
  const old: ParsedEntry[] = []
  for (const entry of entries) if (!collect(state, collected, entry)) old.push(entry)
  for (const [name, stored] of collected.groups) {
    if (stored.metadata !== undefined) setGroup(state.slotOf(name), decodeGroup(name, stored))
  }
  for (const [name, stored] of collected.conditions) {
    if (stored.main === undefined) continue
    const decoded = decodeConditions(stored)
    state.slotOf(name).conditions = decoded.conditions
    state.changes?.storedConditions.set(name, decoded.stored)
  }
  for (const [producerId, commits] of collected.commits) {
    restoreCommits(state, producerId, commits)
    const { table } = state.offsets
    const stored = commits.map(commit => [pendingKey(producerId, table, commit.row), commit] as const)
    state.changes?.storedCommits.set(producerId, new Map(stored))
  }
  // Restored entries are stored already, except those of an older version.
  state.changes?.clear()
  for (const entry of old) restoreOldEntry(state, entry)
  for (const slot of state.groups.values()) restoreRemembered(slot)
  holdNames(state.names, state.groups.values())
}

function restoreName(names: LearnedNames, id: string, [name, since]: StoredName): void {
  names.addOrphan(id, { name, since })
}

/** False for an entry of version 1. */
function collect(state: PartitionState, { groups, conditions, commits }: Collected, { key, parsed }: ParsedEntry) {
  const [kind, ...place] = JSON.parse(key) as [string, ...(string | number)[]]
  const name = String(place[0])
  switch (kind) {
    case 'topic':
      if (typeof parsed === 'string') return false
      restoreName(state.names, name, parsed as StoredName)
      break
    case 'topicId':
      restoreTopicId(state.slotOf(name), String(place[1]), parsed)
      break
    case 'metadata':
      entriesOf(groups, name, newStoredGroup).metadata = parsed
      break
    case 'epochs':
      entriesOf(groups, name, newStoredGroup).epochs = parsed
      break
    case 'names':
      entriesOf(groups, name, newStoredGroup).names = parsed
      break
    case 'member':
      entriesOf(groups, name, newStoredGroup).members.set(String(place[1]), parsed)
      break
    case 'assignment':
      entriesOf(groups, name, newStoredGroup).assignments.set(String(place[1]), parsed)
      break
    case 'regex':
      entriesOf(groups, name, newStoredGroup).regexes.set(String(place[1]), parsed)
      break
    case 'conditions':
      entriesOf(conditions, name, newStoredConditions).main = parsed
      break
    case 'pending': {
      const [producerId, ...at] = place
      const commit = decodePending(rowOf(state, at), parsed as StoredCommit)
      entriesOf(commits, BigInt(producerId as string), () => []).push(commit)
      break
    }
    case 'group':
    case 'condition':
    case 'transaction':
      return false
    default:
      if (elementKinds.has(kind)) {
        const { elements } = entriesOf(conditions, name, newStoredConditions)
        entriesOf(elements, kind, () => new Map<string | number, unknown>()).set(place[1] ?? '', parsed)
        break
      }
      throw new Error(`an entry of kind ${kind}, which this version of koff does not know`)
  }
  return true
}

function newStoredGroup(): StoredGroup {
  return {
    metadata: undefined,
    epochs: undefined,
    names: undefined,
    members: new Map(),
    assignments: new Map(),
    regexes: new Map(),
  }
}

function newStoredConditions(): StoredConditionEntries {
  return { main: undefined, elements: new Map() }
}

function entriesOf<K, T>(all: Map<K, T>, name: K, create: () => T): T {
  let entries = all.get(name)
  if (entries === undefined) all.set(name, (entries = create()))
  return entries
}

/** In the order of their records, as in the transaction. */
function restoreCommits(state: PartitionState, producerId: bigint, commits: readonly PendingCommit[]): void {
  const { table, transactions } = state.offsets
  for (const commit of commits.toSorted((a, b) => a.position - b.position)) {
    table.pending[commit.row] = (table.pending[commit.row] ?? 0) + 1
    transactions.add(producerId, commit)
  }
}

/** What version 1 stored in one entry is stored in several; the next write deletes the old one. */
function restoreOldEntry(state: PartitionState, { key, parsed }: ParsedEntry): void {
  const [kind, name] = JSON.parse(key) as [string, string]
  const { changes } = state
  changes?.goneKeys.add(key)
  if (kind === 'topic') {
    restoreName(state.names, name, [parsed as string, -1])
    return
  }
  if (kind === 'transaction') {
    const producerId = BigInt(name)
    const commits = (parsed as readonly Commit1[]).map(commit =>
      decodePending(rowOf(state, [commit.group, commit.topic, commit.partition]), commit),
    )
    restoreCommits(state, producerId, commits)
    changes?.producers.add(producerId)
    return
  }
  const slot = state.slotOf(name)
  if (kind === 'condition') {
    slot.conditions = decodeConditions1(parsed)
    changes?.conditions.add(name)
    return
  }
  const { group, topics } = decodeSlot1(parsed)
  setGroup(slot, group)
  for (const [topic, id] of topics) restoreTopicId(slot, topic, id)
  for (const ref of refsOf(slot)) changes?.note(ref)
}
