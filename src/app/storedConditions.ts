import { KoffError } from '../base/errors.ts'
import { committedEntries } from '../delivery/committedEntries.ts'
import { Fold } from '../engine/fold.ts'
import type { OpeningType } from '../events/definitions.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'
import { openConditions } from '../state/conditions/openConditions.ts'
import { rebalanceStorm, type Storm } from '../state/conditions/rebalanceStorm.ts'
import type { GroupSlot } from '../state/group/groupSlot.ts'
import type { PartitionState } from '../state/partition.ts'
import { isStateKey } from '../state/stored/entry.ts'
import { Restoring } from '../state/stored/restore.ts'
import { catchUpProgress } from '../terminal/progress.ts'
import type { Shell } from '../terminal/shell.ts'

/** A condition that is open in a stored state. */
export interface StoredCondition {
  readonly group: string
  /** The event that opened it, and its id. */
  readonly type: OpeningType
  readonly opened: string
  /** ms */
  readonly since: number
  /** Of a condition of one partition; else null. */
  readonly topic: string | null
  readonly partition: number | null
  /** Of a condition of one partition, what the group has committed; null where it has no such offset. */
  readonly committed: number | null
  /** Of a storm, the rebalances that count; else null. */
  readonly rebalances: number | null
}

export interface StateTopicOptions extends BrokerOptions {
  readonly stateTopic: string
  /** Shows how far the topic is read, and ends when its signal aborts. */
  readonly shell: Pick<Shell, 'stderr' | 'variables' | 'signal'>
}

/** The conditions that are open by a state topic; null where there is no such topic. */
export async function conditionsInTopic({
  stateTopic,
  shell,
  ...broker
}: StateTopicOptions): Promise<StoredCondition[] | null> {
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  const { signal } = shell
  const reading = { topic: stateTopic, topicNames: false, untilEnd: true, waitForTopic: false, signal }
  const opened = await openKafkaSource({ ...broker, ...reading }).catch((error: unknown) => {
    if (error instanceof KoffError && error.message.includes(`no topic ${stateTopic}`)) return null
    throw error
  })
  if (opened === null) return null
  await using source = opened
  using progress = catchUpProgress(source, shell)
  const states = new Map<number, { readonly state: PartitionState; readonly restoring: Restoring }>()
  const fold = new Fold({ cluster: source.cluster, history: 'until-start' })
  for await (const { partition, entries } of committedEntries(progress.source, stateTopic, signal)) {
    let known = states.get(partition)
    if (known === undefined) {
      const state = fold.newState(partition)
      states.set(partition, (known = { state, restoring: new Restoring(state) }))
    }
    for (const entry of entries) if (isStateKey(entry.key)) known.restoring.put(entry)
  }
  return [...states.values()].flatMap(({ state, restoring }) => {
    try {
      restoring.finish()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const message = `topic ${stateTopic}, partition ${state.partition}: no state of this version of koff: ${reason}`
      throw new KoffError('STATE_INVALID', message, { cause: error })
    }
    return conditionsOf(state)
  })
}

/** Those of one partition of `__consumer_offsets`. */
export function conditionsOf(state: PartitionState): StoredCondition[] {
  const found = openConditions({ groups: state.groups, table: state.offsets.table })
  return [...found].map(({ group, type, open, topic, partition }) => {
    const place = { group: group.name, type, opened: open.id, since: open.time, topic, partition }
    const rebalances = type === rebalanceStorm.opens ? stormOf(group).counted.length : null
    return { ...place, committed: committedIn(state, place), rebalances }
  })
}

function stormOf({ conditions }: GroupSlot): Storm {
  return (conditions?.states[rebalanceStorm.key] as Storm | undefined) ?? rebalanceStorm.initial
}

function committedIn(
  state: PartitionState,
  { group, topic, partition }: Pick<StoredCondition, 'group' | 'topic' | 'partition'>,
): number | null {
  if (topic === null) return null
  const { table } = state.offsets
  for (const row of table.rows()) {
    const isIt =
      table.isPresent(row) &&
      table.partitions[row] === partition &&
      table.topicOf(row).name === topic &&
      table.groupOf(row).name === group
    if (isIt) return Number(table.offsetOf(row))
  }
  return null
}
