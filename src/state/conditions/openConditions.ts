import type { OpeningType } from '../../events/definitions.ts'
import type { GroupSlot } from '../group/groupSlot.ts'
import type { OffsetTable } from '../offsets/table.ts'
import type { OpenPlace } from './condition.ts'
import { allConditions, groupConditions, offsetConditions } from './settings.ts'

export interface OpenConditionsOptions {
  readonly groups: ReadonlyMap<string, GroupSlot>
  readonly table: Pick<OffsetTable, 'watch' | 'groupOf' | 'topicOf' | 'partitions'>
}

/** An open condition; `topic` and `partition` are null where it does not concern one partition. */
export interface OpenCondition extends OpenPlace {
  readonly group: GroupSlot
  /** The event that opened it. */
  readonly type: OpeningType
}

/** The open conditions in a partition of `__consumer_offsets`. */
export function* openConditions({ groups, table }: OpenConditionsOptions): Generator<OpenCondition, void, void> {
  for (const group of groups.values()) {
    if (group.conditions === null) continue
    const { states } = group.conditions
    for (const { opens, key, openIn } of groupConditions) {
      for (const place of openIn(states[key])) yield { ...place, group, type: opens }
    }
  }
  for (const [row, { open: openOf }] of table.watch?.conditions ?? []) {
    for (const { opens, key } of offsetConditions) {
      const open = openOf.get(key)
      if (open === undefined) continue
      const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
      yield { ...place, group: table.groupOf(row), type: opens, open }
    }
  }
}

/**
 * How many conditions of each type are open in a partition of `__consumer_offsets`, of the groups that `wants` names, by the
 * event that opened them.
 */
export function countOpen(
  options: OpenConditionsOptions,
  wants: (group: string) => boolean,
): Record<OpeningType, number> {
  const counts = Object.fromEntries(allConditions.map(({ opens }) => [opens, 0])) as Record<OpeningType, number>
  for (const { group, type } of openConditions(options)) if (wants(group.name)) counts[type]++
  return counts
}
