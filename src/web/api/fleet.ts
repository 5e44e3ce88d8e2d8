import { conditionsPage } from '../../history/queries/conditions.ts'
import { groupVersions, lastRebalances, rebalanceCounts } from '../../history/queries/fleet.ts'
import { type GroupAt, groupsAt } from '../../history/queries/groupsAt.ts'
import { mostRows } from '../../history/queries/limits.ts'
import type { HistoryReader } from '../../history/store.ts'
import type { GroupRow, OpenCondition } from './answers.ts'

/** What of a row is in the state and the offsets of the group. */
type Stand = Omit<GroupRow, 'lastRebalance' | 'rebalancesLastHour' | 'conditions'>

interface Known {
  readonly version: string
  /** Null: the group does not exist. */
  readonly stand: Stand | null
}

interface Listed {
  readonly rows: readonly GroupRow[]
  /** Of the clock, ms. */
  readonly madeAt: number
}

const mostTopics = 20
const hourMs = 3_600_000
/** A list is used again for so long: whoever types a search, sorts or turns pages asks about the same groups. */
const presentMs = 1_000
const pastMs = 60_000
const mostPast = 4

/** All groups as rows of a list. Of the present it reads only the groups that changed since it was asked last. */
export class Fleet {
  readonly #known = new Map<string, Map<string, Known>>()
  readonly #lists = new Map<string, Promise<Listed>>()

  /** `at`: undefined is now. */
  async rows(
    reader: HistoryReader,
    { cluster, at, now }: { readonly cluster: string; readonly at: number | undefined; readonly now: number },
  ): Promise<readonly GroupRow[]> {
    const key = `${at ?? 'now'} ${cluster}`
    const kept = this.#lists.get(key)
    if (kept !== undefined && now - (await kept).madeAt < (at === undefined ? presentMs : pastMs))
      return (await kept).rows
    const listed = this.#list(reader, cluster, at, now)
    this.#lists.set(key, listed)
    listed.catch(() => this.#lists.delete(key))
    for (const old of [...this.#lists.keys()].slice(0, -mostPast)) this.#lists.delete(old)
    return (await listed).rows
  }

  async #list(reader: HistoryReader, cluster: string, at: number | undefined, now: number): Promise<Listed> {
    const time = at ?? now
    const stands = at === undefined ? await this.#present(reader, cluster, now) : await standsAt(reader, cluster, at)
    const last = await lastRebalances(reader, cluster, time)
    const counts = await rebalanceCounts(reader, { cluster, from: time - hourMs, to: time })
    const conditions = await openConditions(reader, cluster, time)
    const rows = stands.map(stand => ({
      ...stand,
      lastRebalance: last.get(stand.group) ?? null,
      rebalancesLastHour: counts.get(stand.group) ?? 0,
      conditions: conditions.get(stand.group) ?? [],
    }))
    return { rows, madeAt: now }
  }

  async #present(reader: HistoryReader, cluster: string, now: number): Promise<readonly Stand[]> {
    const versions = await groupVersions(reader, cluster)
    const before = this.#known.get(cluster) ?? new Map<string, Known>()
    this.#known.set(cluster, before)
    for (const group of before.keys()) if (!versions.has(group)) before.delete(group)
    const changed = [...versions.keys()].filter(group => before.get(group)?.version !== versions.get(group))
    for (let at = 0; at < changed.length; at += mostRows) {
      const groups = changed.slice(at, at + mostRows)
      const found = await groupsAt(reader, { cluster, at: now, groups })
      const stands = new Map(found.groups.map(group => [group.group, standOf(group)]))
      for (const group of groups)
        before.set(group, { version: versions.get(group) ?? '', stand: stands.get(group) ?? null })
    }
    return [...before.values()].flatMap(({ stand }) => stand ?? [])
  }
}

async function standsAt(reader: HistoryReader, cluster: string, at: number): Promise<readonly Stand[]> {
  const stands: Stand[] = []
  let after: string | undefined
  do {
    const page = await groupsAt(reader, { cluster, at, after })
    for (const group of page.groups) stands.push(standOf(group))
    after = page.next ?? undefined
  } while (after !== undefined)
  return stands
}

function standOf({ group, groupType, state, members, points }: GroupAt): Stand {
  const lags = points.flatMap(({ lag }) => lag ?? [])
  const lagTimes = points.flatMap(({ lagMs }) => lagMs ?? [])
  return {
    group,
    kind: groupType,
    state,
    members: members.length,
    partitions: points.length,
    topics: [...new Set(points.map(({ topic }) => topic))].slice(0, mostTopics),
    lag: lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0),
    lagMs: lagTimes.length === 0 ? null : lagTimes.reduce((most, ms) => Math.max(most, ms), 0),
  }
}

async function openConditions(reader: HistoryReader, cluster: string, at: number) {
  const found = new Map<string, OpenCondition[]>()
  let cursor: string | undefined
  do {
    const page = await conditionsPage(reader, { cluster, from: at, to: at, cursor })
    for (const { id, type, group, severity, from: since, topic, partition } of page.conditions) {
      const of = found.get(group) ?? []
      found.set(group, of)
      of.push({ id, type, severity, since, topic, partition })
    }
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return found
}
