import { membersOf } from '../state/group/group.ts'
import type { OffsetTable } from '../state/offsets/table.ts'
import type { PartitionState } from '../state/partition.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** The topics that the groups in these partitions of `__consumer_offsets` read. */
export class ReadTopics {
  readonly #partitions: ReadonlyMap<number, PartitionState>
  #committed: Committed | null = null

  constructor(partitions: ReadonlyMap<number, PartitionState>) {
    this.#partitions = partitions
  }

  /**
   * Partitions of topics for which a group that `wants` accepts has a committed offset, each once. Computed again only
   * when the set of committed offsets has changed.
   */
  committed(wants: (group: string) => boolean = everyGroup): readonly TopicPartition[] {
    const known = this.#committed
    const versions = [...this.#partitions.values()].map(
      ({ offsets }) => [offsets.table, offsets.table.version] as const,
    )
    const isSame = (at: number) =>
      known?.versions[at]?.[0] === versions[at]?.[0] && known?.versions[at]?.[1] === versions[at]?.[1]
    if (known?.wants === wants && known.versions.length === versions.length && versions.every((_, at) => isSame(at))) {
      return known.found
    }
    const found = this.#findCommitted(wants)
    this.#committed = { wants, versions, found }
    return found
  }

  #findCommitted(wants: (group: string) => boolean): TopicPartition[] {
    const all = new Map<string, Set<number>>()
    for (const { offsets } of this.#partitions.values()) {
      const { table } = offsets
      for (let row = 0; row < table.index.capacity; row++) {
        if (!table.isPresent(row) || !wants(table.groupOf(row).name)) continue
        const topic = table.topicOf(row).name
        let partitions = all.get(topic)
        if (partitions === undefined) all.set(topic, (partitions = new Set()))
        partitions.add(table.partitions[row] ?? 0)
      }
    }
    return [...all].flatMap(([topic, partitions]) => [...partitions].map(partition => ({ topic, partition })))
  }

  /** The partition of `__consumer_offsets` that a known group is in; null: not known, or in none of these. */
  partitionOf(group: string): number | null {
    for (const [partition, { groups }] of this.#partitions) if (groups.has(group)) return partition
    return null
  }

  /** Names of share groups, by the partition of `__consumer_offsets` that they are in. */
  shareGroups(wants: (group: string) => boolean): { readonly partition: number; readonly groups: readonly string[] }[] {
    return [...this.#partitions].flatMap(([partition, { groups: slots }]) => {
      const groups = [...slots.values()].flatMap(({ name, group }) =>
        group?.type === 'share' && wants(name) ? [name] : [],
      )
      return groups.length === 0 ? [] : [{ partition, groups }]
    })
  }

  /** Names of classic groups whose rebalance runs, as samples showed. */
  rebalancingClassic(): ReadonlySet<string> {
    const found = new Set<string>()
    for (const { groups } of this.#partitions.values()) {
      for (const { name, conditions } of groups.values())
        if (conditions !== null && conditions.classic !== null) found.add(name)
    }
    return found
  }

  /** Names of all topics that groups have committed offsets of, or subscribe to. */
  topics(): ReadonlySet<string> {
    const names = new Set(this.subscribed(everyGroup))
    for (const { offsets } of this.#partitions.values()) {
      for (const row of offsets.table.rows()) {
        if (offsets.table.isPresent(row)) names.add(offsets.table.topicOf(row).name)
      }
    }
    return names
  }

  /** Names of topics that members of such groups subscribe to, each once. */
  subscribed(wants: (group: string) => boolean): string[] {
    const topics = new Set<string>()
    for (const { groups } of this.#partitions.values()) {
      for (const { group } of groups.values()) {
        if (group === null || !wants(group.name)) continue
        let last: readonly string[] | undefined
        for (const { subscription } of membersOf(group)) {
          // Members of a group nearly always share one list.
          if (subscription?.topics === last) continue
          last = subscription?.topics
          for (const topic of last ?? []) topics.add(topic)
        }
        for (const found of group.regexes.values()) for (const topic of found) topics.add(topic)
      }
    }
    return [...topics]
  }
}

const everyGroup = () => true

/** The last result, and the state of the tables for which it holds. */
interface Committed {
  readonly wants: (group: string) => boolean
  readonly versions: readonly (readonly [OffsetTable, number])[]
  readonly found: readonly TopicPartition[]
}
