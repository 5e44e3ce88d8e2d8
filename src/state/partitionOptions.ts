import type { LogEnds } from './conditions/logEnds.ts'
import type { SettingsOf } from './conditions/settings.ts'
import type { TopicNames } from './group/topicNames.ts'
import type { HashSeed } from './offsets/halfSipHash.ts'

export interface PartitionOptions {
  /** Of `__consumer_offsets`. */
  readonly partition: number
  readonly cluster: string
  /** What is said of all topics. */
  readonly names: TopicNames
  /** `offset-committed` is wanted: every commit is described. */
  readonly everyCommit: boolean
  /** True: what comes is history, which makes state and no events, until `endHistory`. */
  readonly history: boolean
  /** What changes is noted for `takeChanges`: of use where the state is stored. Default false. */
  readonly tracksChanges?: boolean
  /** Random where keys can be chosen by strangers: no event depends on it. */
  readonly hashSeed?: HashSeed
  /** When conditions over time open; the defaults for every group unless given. */
  readonly conditionSettings?: SettingsOf
  /** Where logs end, as sampled; nobody samples unless given. */
  readonly logEnds?: LogEnds
}
