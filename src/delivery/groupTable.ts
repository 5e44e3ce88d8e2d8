import { fittedGroupState, type GroupState } from '../events/groupState.ts'
import { type OpenCondition, openConditions } from '../state/conditions/openConditions.ts'
import { type Group, keyedBy } from '../state/group/group.ts'
import type { GroupSlot } from '../state/group/groupSlot.ts'
import { exists } from '../state/group/groupSlot.ts'
import { heldBy } from '../state/group/holdings.ts'
import { presentGroup } from '../state/group/presentGroup.ts'
import type { PartitionState } from '../state/partition.ts'
import type { PartitionOutput } from './output.ts'

/** The current state of a group; null: it is gone. */
export interface GroupChange {
  readonly group: string
  readonly value: GroupState | null
}

/** The changes of a commit to the groups topic. */
export interface TableCommit {
  readonly groups: readonly GroupChange[]
  /** What the next owner of the partition needs to know about the groups topic. */
  readonly stored: StoredTable
}

export interface StoredTable {
  /** The topic and the filter. With another one the groups are written again from the beginning. */
  readonly of: string
  /** Groups whose last change is not written yet; null: any group. */
  readonly pending: readonly string[] | null
}

export interface GroupTableOptions {
  readonly state: PartitionState
  /** Of `__consumer_offsets`. */
  readonly partition: number
  /** The topic and the filter of groups, as one text. */
  readonly of: string
  readonly wants: (group: string) => boolean
  /** The minimum time between two writes of a group. */
  readonly everyMs: number
  /** From the last commit of this partition; null: it had none. */
  readonly stored: StoredTable | null
  /** Groups that had a value in the topic when the partition was taken over, where `stored` does not account for them. */
  readonly shown?: readonly string[]
}

/** The written state of a group, as far as it is needed to detect a change. */
interface Written {
  /** Null: the group is gone. */
  readonly group: Group | null
  readonly offsets: number
  readonly conditions: string
  /** Ids of topics whose names were unknown. */
  readonly unnamed: readonly string[]
  /** Time of the last write, ms. */
  at: number
}

/** The groups that the groups topic contains. */
export interface TableFilter {
  readonly wants: (group: string) => boolean
  /** The filter as text. */
  readonly text: string
}

/**
 * The groups in the topic for a partition, where the stored table does not account for them: nothing is stored, another
 * topic was written, or the partition is read as at a first start. Those that have ended since get a tombstone.
 */
export async function shownGroups(
  { table }: PartitionOutput,
  state: PartitionState,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (table === undefined) return []
  const stored = table.stored()
  const isKnown = stored !== null && stored.pending !== null && stored.of.startsWith(`${table.topic} `)
  return isKnown && !state.inHistory ? [] : await table.shown(signal)
}

/** The groups topic of a partition; null where the output has none. */
export function groupTable(
  { table }: PartitionOutput,
  {
    state,
    partition,
    filter,
    shown = [],
  }: Pick<GroupTableOptions, 'state' | 'partition' | 'shown'> & { readonly filter: TableFilter },
): GroupTable | null {
  if (table === undefined) return null
  const { topic, everyMs, stored } = table
  return new GroupTable({
    state,
    partition,
    of: `${topic} ${filter.text}`,
    wants: filter.wants,
    everyMs,
    stored: stored(),
    shown,
  })
}

/** The maximum number of groups in a commit, so that the first writes do not make it too large. */
const mostGroups = 500
/** Above this number, pending groups are not stored by name. */
const mostPending = 500

/**
 * Keeps the groups topic (`groupsTopic`) in step with the state of one partition of `__consumer_offsets`. At each
 * commit it gives the groups to write, each at most once in `everyMs`, the last change always.
 */
export class GroupTable {
  readonly #options: GroupTableOptions
  readonly #written = new Map<string, Written>()
  /** Taken by the commit in flight. */
  #taken: Written[] = []
  #isNew: boolean
  #pending: ReadonlySet<string>
  /** Groups whose last written value is a tombstone. */
  readonly #gone = new Set<string>()
  /** Groups written with topic ids whose names were not known. */
  readonly #unnamed = new Set<string>()

  constructor(options: GroupTableOptions) {
    const { stored, of, state, shown = [] } = options
    this.#options = options
    this.#isNew = stored === null || stored.of !== of || stored.pending === null || state.inHistory
    this.#pending = new Set([...(stored?.pending ?? []), ...shown])
    if (this.#isNew) return
    const conditions = conditionsByGroup(state, state.groups)
    for (const [name, slot] of state.groups) {
      if (!this.#pending.has(name) && this.#isShown(slot)) this.#note(name, this.#asIs(slot, conditions))
    }
  }

  get everyMs(): number {
    return this.#options.everyMs
  }

  /**
   * The groups to write now; call it before the changes of the state are taken. `nextMs`: when to call again without a
   * change; null: no need.
   */
  take(now: number): TableCommit & { readonly nextMs: number | null } {
    const { state, of, everyMs, partition } = this.#options
    if (state.inHistory) return { groups: [], stored: { of, pending: null }, nextMs: null }
    const candidates = this.#candidates()
    const conditions = conditionsByGroup(state, known(candidates, state))
    const groups: GroupChange[] = []
    const pending = new Set<string>()
    let nextMs: number | null = null
    const wait = (name: string, ms: number) => {
      pending.add(name)
      nextMs = Math.min(nextMs ?? ms, ms)
    }
    for (const name of candidates) {
      const slot = state.groups.get(name)
      const written = this.#written.get(name)
      if (!this.#isOther(name, slot, written, conditions)) continue
      const dueMs = written === undefined ? 0 : written.at + everyMs - now
      if (dueMs > 0 || groups.length >= mostGroups) {
        wait(name, Math.max(dueMs, 0))
        continue
      }
      const { group } = slot ?? { group: null }
      const isThere = slot !== undefined && group !== null && this.#isShown(slot)
      const of = conditions.get(name) ?? []
      const whole = isThere ? presentGroup(slot, group, { state, partition, conditions: of }) : null
      groups.push({ group: name, value: whole === null ? null : fittedGroupState(whole) })
      const as = isThere ? this.#asIs(slot, conditions) : gone()
      this.#note(name, as)
      this.#taken.push(as)
    }
    if (nextMs === null) this.#isNew = false
    this.#pending = pending
    return { groups, stored: { of, pending: this.#toStore() }, nextMs }
  }

  /** The commit with the last result of `take` succeeded. */
  committed(now: number): void {
    for (const written of this.#taken) written.at = now
    this.#taken = []
    const { everyMs } = this.#options
    for (const name of this.#gone) {
      const { at } = this.#written.get(name) ?? gone()
      if (at + everyMs > now) continue
      this.#written.delete(name)
      this.#gone.delete(name)
    }
  }

  #note(name: string, written: Written): void {
    this.#written.set(name, written)
    if (written.group === null) this.#gone.add(name)
    else this.#gone.delete(name)
    if (written.unnamed.length > 0) this.#unnamed.add(name)
    else this.#unnamed.delete(name)
  }

  /**
   * Groups that may differ from what is written. At the beginning all groups, also those outside the filter: an earlier
   * filter may have let them in.
   */
  #candidates(): ReadonlySet<string> {
    const { state } = this.#options
    const { groups, changes } = state
    const names = new Set([...this.#pending, ...this.#unnamed])
    if (changes === null || this.#isNew) for (const name of [...groups.keys(), ...this.#written.keys()]) names.add(name)
    else for (const name of changes.groups(state.offsets.table)) names.add(name)
    return names
  }

  #isOther(
    name: string,
    slot: GroupSlot | undefined,
    written: Written | undefined,
    conditions: ReadonlyMap<string, readonly OpenCondition[]>,
  ): boolean {
    if (slot === undefined || !this.#isShown(slot)) {
      if (written !== undefined) return written.group !== null
      return this.#pending.has(name) || (this.#isNew && slot !== undefined && exists(slot))
    }
    if (written === undefined) return true
    const { names } = this.#options.state
    return (
      written.group !== slot.group ||
      written.offsets !== slot.offsets ||
      written.conditions !== idsOf(conditions.get(name)) ||
      written.unnamed.some(id => names.nameOf(id) !== null)
    )
  }

  #isShown(slot: GroupSlot): boolean {
    return exists(slot) && this.#options.wants(slot.name)
  }

  #asIs(slot: GroupSlot, conditions: ReadonlyMap<string, readonly OpenCondition[]>): Written {
    const { group, offsets, name } = slot
    const unnamed = group === null ? [] : unnamedTopics(group, this.#options.state)
    return { group, offsets, conditions: idsOf(conditions.get(name)), unnamed, at: 0 }
  }

  #toStore(): readonly string[] | null {
    return this.#isNew || this.#pending.size > mostPending ? null : [...this.#pending]
  }
}

function gone(): Written {
  return { group: null, offsets: 0, conditions: '', unnamed: [], at: 0 }
}

function known(names: Iterable<string>, { groups }: PartitionState): ReadonlyMap<string, GroupSlot> {
  const slots = new Map<string, GroupSlot>()
  for (const name of names) {
    const slot = groups.get(name)
    if (slot !== undefined) slots.set(name, slot)
  }
  return slots
}

function conditionsByGroup(
  { offsets: { table } }: PartitionState,
  groups: ReadonlyMap<string, GroupSlot>,
): ReadonlyMap<string, readonly OpenCondition[]> {
  if (groups.size === 0) return new Map()
  return Map.groupBy(openConditions({ groups, table }), ({ group }) => group.name)
}

function idsOf(conditions: readonly OpenCondition[] = []): string {
  return conditions.map(({ open }) => open.id).join()
}

function unnamedTopics(group: Group, { names }: PartitionState): string[] {
  if (keyedBy(group.type) !== 'topicId') return []
  const ids = new Set<string>()
  for (const member of group.members.values()) for (const id of heldBy(member)?.keys() ?? []) ids.add(id)
  return [...ids].filter(id => names.nameOf(id) === null)
}
