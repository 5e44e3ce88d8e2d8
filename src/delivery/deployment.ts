import type { GroupType } from '../events/envelope.ts'
import type { SharedSettings } from './sharedSettings.ts'

/** The settings of an instance that a stored state may disagree with. */
export interface Deployment {
  readonly settings: SharedSettings
  /** Which groups these settings admit. */
  readonly admits: (settings: SharedSettings) => GroupFilter
  /** The topic that events may go to from now on, although they went to another one before: `--accept-events-topic`. */
  readonly acceptedTopic?: string | undefined
  /** Discards a state that no longer fits the log instead of failing: `--reset-unusable-state`. */
  readonly resetsState?: boolean | undefined
}

export type GroupFilter = (group: string, type: GroupType) => boolean
