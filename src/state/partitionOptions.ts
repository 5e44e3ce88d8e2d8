import type { LogEnds } from './conditions/logEnds.ts'
import type { SettingsOf } from './conditions/settings.ts'
import type { TopicNames } from './group/topicNames.ts'
import type { HashSeed } from './offsets/halfSipHash.ts'

export interface PartitionOptions {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly cluster: string
  /** The names and sizes of topics, for all partitions. */
  readonly names: TopicNames
  /** `offset-committed` is on: every commit is described. */
  readonly everyCommit: boolean
  /** True: what follows is history, which changes the state and emits nothing, until `endHistory`. */
  readonly history: boolean
  /** Changes are recorded for `takeChanges`, for a state that is stored. Default false. */
  readonly tracksChanges?: boolean
  /** Random where strangers can choose keys: no event depends on it. */
  readonly hashSeed?: HashSeed
  /** When conditions over time open; by default the default thresholds for every group. */
  readonly conditionSettings?: SettingsOf
  /** The sampled ends of logs; without it there are no samples. */
  readonly logEnds?: LogEnds
}
