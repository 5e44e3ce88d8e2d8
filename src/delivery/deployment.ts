import type { GroupType } from '../events/envelope.ts'
import type { SharedSettings } from './sharedSettings.ts'

/** What an instance was started with, as far as a stored state may be of another mind. */
export interface Deployment {
  readonly settings: SharedSettings
  /** Which groups these settings let through. */
  readonly admits: (settings: SharedSettings) => GroupFilter
  /** The topic that events may go to from now on, where they went to another one before: `--accept-events-topic`. */
  readonly acceptedTopic?: string | undefined
  /** A state that no longer fits the log is discarded, and not a reason to end: `--reset-unusable-state`. */
  readonly resetsState?: boolean | undefined
}

export type GroupFilter = (group: string, type: GroupType) => boolean
