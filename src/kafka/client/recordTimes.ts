import type { FoundOffset } from '../protocol/listOffsets.ts'
import type { TopicPartition } from '../protocol/metadata.ts'
import { placeOf, type TimeQuery } from './logRanges.ts'

/** Which record: the first one at or after an offset. */
export interface RecordPlace extends TopicPartition {
  readonly offset: number
  /** Where the log of the partition ends; beyond the offset. */
  readonly logEnd: number
}

export interface FoundTime extends TopicPartition {
  readonly offset: number
  /** The timestamp of the record, ms. */
  readonly recordTime: number
  /**
   * True: an upper bound of it. ListOffsets gives the first record that is not older than a time, so it never gives one that
   * comes after a record with the same timestamp or a later one.
   */
  readonly atMost: boolean
}

/** Gives, for each query, the first record that is not older than a time; -1 where there is none. */
export type FindOffsets = (queries: readonly TimeQuery[]) => Promise<readonly FoundOffset[]>

/**
 * Finds the times of records by ListOffsets alone, which needs no more than Describe on the topic: searches for the latest
 * time whose first record does not lie beyond the offset. All searches go on side by side, one of each partition at a time.
 */
export async function findRecordTimes(
  places: readonly RecordPlace[],
  find: FindOffsets,
  now: number,
): Promise<FoundTime[]> {
  const waiting = Map.groupBy(places, ({ topic, partition }) => placeOf(topic, partition))
  const found: FoundTime[] = []
  const searches = new Map<string, Search>()
  for (;;) {
    for (const [place, left] of waiting) {
      const next = searches.has(place) ? undefined : left.pop()
      if (next !== undefined) searches.set(place, newSearch(next))
    }
    if (searches.size === 0) return found
    const queries = [...searches.values()].map(({ place: { topic, partition }, probe }) => ({
      topic,
      partition,
      at: probe,
    }))
    const answers = new Map((await find(queries)).map(answer => [placeOf(answer.topic, answer.partition), answer]))
    for (const [place, search] of searches) {
      const answer = answers.get(place)
      const time = answer === undefined ? null : advance(search, answer, now)
      if (time === 'goes on') continue
      searches.delete(place)
      const { topic, partition, offset } = search.place
      if (time !== null) found.push({ topic, partition, offset, ...time })
    }
  }
}

interface Search {
  readonly place: RecordPlace
  /** The latest time asked for whose first record does not lie beyond the offset, and that record; null: none yet. */
  low: { readonly at: number; readonly offset: number } | null
  /** The earliest time asked for whose first record lies beyond the offset, and that record's own time. */
  high: { readonly at: number; readonly offset: number; readonly time: number | null }
  probe: number
  steps: number
}

const beyondAnyTime = Number.MAX_SAFE_INTEGER
/** A search in a log of any age takes some twenty. */
const mostSteps = 60

function newSearch(place: RecordPlace): Search {
  return { place, low: null, high: { at: beyondAnyTime, offset: place.logEnd, time: null }, probe: 0, steps: 0 }
}

type Ended = Pick<FoundTime, 'recordTime' | 'atMost'> | null

/** Null: the log does not say, its records have no timestamps for example. */
function advance(search: Search, { offset: found, timestamp }: FoundOffset, now: number): Ended | 'goes on' {
  const { place, probe } = search
  search.steps++
  if (found === place.offset) return { recordTime: timestamp, atMost: false }
  if (found < 0 || found > place.offset) {
    // The first record of the log lies beyond the offset: it is the first one after it.
    if (probe === 0) return found < 0 ? null : { recordTime: timestamp, atMost: false }
    search.high = { at: probe, offset: found < 0 ? place.logEnd : found, time: found < 0 ? null : timestamp }
  } else search.low = { at: timestamp, offset: found }
  const { low, high } = search
  if (low === null) return null
  if (low.at + 1 < high.at && search.steps < mostSteps) {
    search.probe = probeOf(search, low, now)
    return 'goes on'
  }
  // The record may be missing (compacted, a marker that was cleaned): then the next one counts, which has this time at most.
  if (high.time !== null) return { recordTime: high.time, atMost: true }
  return high.at === beyondAnyTime || low.at + 1 < high.at ? null : { recordTime: low.at, atMost: true }
}

/** By turns: where the offset would be in a log that grows evenly, the middle, and the next moment after the last record found. */
function probeOf({ place, high, steps }: Search, low: NonNullable<Search['low']>, now: number): number {
  const end = high.at === beyondAnyTime ? Math.max(now, low.at + 2) : high.at
  const share = (place.offset - low.offset) / (high.offset - low.offset)
  const turn = [share, 0.5, 0][steps % 3] ?? 0.5
  const probe = low.at + Math.floor(turn * (end - low.at))
  return Math.max(low.at + 1, Math.min(probe, high.at - 1))
}
