import type { Log } from '../../base/log.ts'
import { consumerOffsets } from '../../coordinator/consumerOffsets.ts'
import type { Fold } from '../../engine/fold.ts'
import type { ListedState, Sample } from '../../engine/sampledSource.ts'
import type { KafkaAdmin } from '../../kafka/client/admin.ts'
import { rebalancingStates } from '../../state/conditions/classicRebalance.ts'

export interface GroupStatesOptions {
  readonly fold: Fold
  readonly wants: (group: string) => boolean
  readonly admin: Pick<KafkaAdmin, 'listGroups'>
  readonly log: Log
}

export type SampleStates = (positions: ReadonlyMap<number, number>) => Promise<Pick<Sample, 'states' | 'listed'>>

/**
 * One ListGroups to each broker that coordinates groups of the partitions that are read, for those that rebalance. A group
 * counts where the broker still leads its partition after its answer: one that had lost it may tell of a rebalance that
 * ended elsewhere. While a rebalance is known that samples showed, groups in `Stable` are listed too, since the coordinator
 * may have moved and forgotten it.
 */
export function groupStates({ fold, wants, admin, log }: GroupStatesOptions): SampleStates {
  let isOldLogged = false
  const noteOld = (broker: string) => {
    if (isOldLogged) return
    isOldLogged = true
    const what = `broker ${broker} lists groups without their states (Kafka before 2.6)`
    log.info(`${what}: koff cannot detect the start of rebalances of its classic groups`, { broker })
  }
  return async positions => {
    const rebalancing = fold.reads.rebalancingClassic()
    const states = rebalancing.size === 0 ? rebalancingStates : [...rebalancingStates, 'Stable']
    const partitions = [...positions.keys()].map(partition => ({ topic: consumerOffsets, partition }))
    const timestamp = Date.now()
    const answers = await admin.listGroups(partitions, states)
    for (const { broker, groups } of answers) if (groups === null) noteOld(broker)
    return {
      listed: answers.flatMap(({ groups, ends }) => (groups === null ? [] : [...ends.keys()])),
      states: answers.flatMap(({ groups, ends }) =>
        (groups ?? []).flatMap(({ group, state }): ListedState[] => {
          if (state === null || !wants(group) || (state === 'Stable' && !rebalancing.has(group))) return []
          const partition = fold.reads.partitionOf(group)
          const position = partition === null || !ends.has(partition) ? undefined : positions.get(partition)
          if (partition === null || position === undefined) return []
          return [{ partition, input: { kind: 'groupState', group, state, position, timestamp } }]
        }),
      ),
    }
  }
}
