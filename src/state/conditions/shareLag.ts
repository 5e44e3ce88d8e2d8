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
  const lagMs = lag === 0 ? noLagTime : shareLagTime(logEnds, id, { startOffset, logEnd, lag })
  return { topic: name, partition, startOffset, logStart, logEnd, lag, lagMs, time: timestamp }
}

interface Unacknowledged {
  readonly startOffset: number
  readonly logEnd: number
  readonly lag: number
}

/**
 * Records after the start offset may be acknowledged. The oldest one that is not lies between the start offset and the last
 * place where as many as `lag` records follow.
 */
function shareLagTime(logEnds: LogEnds, id: number, { startOffset, logEnd, lag }: Unacknowledged): LagTime | null {
  const now = logEnds.times[id] as number
  const oldest = lagTimeOf(logEnds, id, startOffset, now)
  const newestPlace = Math.max(startOffset, logEnd - lag)
  if (newestPlace === startOffset) return oldest
  const newest = lagTimeOf(logEnds, id, newestPlace, now)
  if (oldest === null) return newest === null ? null : { ...newest, max: null }
  return { ...oldest, min: newest?.by === oldest.by ? newest.min : null }
}
