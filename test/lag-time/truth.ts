import type { LagTime } from '../../src/state/conditions/lagTime.ts'

/** A record as its producer knows it. */
export interface Written {
  readonly offset: number
  /** Its own time: CreateTime, ms. */
  readonly timestamp: number
  /** It was appended between these, ms. */
  readonly sentAt: number
  readonly ackedAt: number
  readonly key: string
}

export interface Said {
  readonly committed: number
  readonly logStart: number
  readonly logEnd: number
  readonly lag: LagTime | null
  /** Of the sample, ms. */
  readonly now: number
}

export interface TopicKind {
  /** The broker gives records their time. */
  readonly isAppendTime: boolean
  readonly isCompacted: boolean
}

/** What is wrong with what koff says of a partition; null: nothing. */
export function faultOf(
  { committed, logStart, logEnd, lag, now }: Said,
  written: readonly Written[],
  { isAppendTime, isCompacted }: TopicKind,
): string | null {
  const position = Math.max(committed, logStart)
  if (position >= logEnd) return lag?.min === 0 && lag.max === 0 ? null : `nothing to read, and ${JSON.stringify(lag)}`
  if (lag === null) return null
  const candidates = firstUnread(written, position, isCompacted)
  if (candidates.length === 0) return `no record at ${position}`
  const { min, max, by } = lag
  const times = candidates.map(({ timestamp, sentAt, ackedAt }) =>
    by === 'samples' || isAppendTime ? ([sentAt, ackedAt] as const) : ([timestamp, timestamp] as const),
  )
  const isTrue = times.some(([earliest, latest]) => {
    const oldest = Math.max(0, now - earliest)
    const youngest = Math.max(0, now - latest)
    return (min === null || min <= oldest) && (max === null || max >= youngest)
  })
  return isTrue ? null : `${JSON.stringify(lag)} at ${now}, and the truth is ${JSON.stringify(times)}`
}

/** Compaction may have removed the record at the position: then it is one up to the next that is the last of its key. */
function firstUnread(written: readonly Written[], position: number, isCompacted: boolean): readonly Written[] {
  const from = written.findIndex(({ offset }) => offset >= position)
  if (from < 0) return []
  if (!isCompacted) return written.slice(from, from + 1)
  const isLast = ({ key, offset }: Written) => !written.some(other => other.key === key && other.offset > offset)
  const until = written.findIndex((record, at) => at >= from && isLast(record))
  return written.slice(from, until + 1)
}
