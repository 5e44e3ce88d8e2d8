import type { ShareStartInput } from '../input.ts'
import { type LagTime, lagTimeOf, noLagTime } from './lagTime.ts'
import type { LogEnds } from './logEnds.ts'

/** How far a share group is behind in one partition. */
export interface ShareLag {
  readonly topic: string
  readonly partition: number
  readonly startOffset: number
  readonly logStart: number
  readonly logEnd: number
  /** Records that are not acknowledged; where the broker does not say it, those from the start offset to the log end. */
  readonly lag: number
  readonly lagMs: LagTime | null
  /** Of the sample, ms. */
  readonly time: number
}

/** Null: where the log ends is not known, or it is the log of another topic of that name. */
export function shareLagOf(start: ShareStartInput, logEnds: LogEnds): ShareLag | null {
  const { topic: name, topicId, partition, startOffset, timestamp } = start
  const topic = logEnds.topicOf(name, null)
  if (topic === null || typeof topic === 'string') return null
  if (topicId !== undefined && topic.id !== null && topic.id !== topicId) return null
  const id = logEnds.idOf(topic, partition)
  if (id < 0) return null
  const logStart = logEnds.starts[id] as number
  const logEnd = logEnds.ends[id] as number
  const lag = start.lag ?? Math.max(0, logEnd - Math.max(startOffset, logStart))
  // The coordinator writes the start offset late: with a lag of 0 the group has acknowledged all that follows it.
  const lagMs = lag === 0 ? noLagTime : lagTimeOf(logEnds, id, startOffset, logEnds.times[id] as number)
  return { topic: name, partition, startOffset, logStart, logEnd, lag, lagMs, time: timestamp }
}
