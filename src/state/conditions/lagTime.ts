import type { LogEnds } from './logEnds.ts'

/** How old the record at a committed offset is, ms, between two bounds; null: there is no such bound. */
export interface LagTime {
  readonly min: number | null
  readonly max: number | null
  readonly by: 'samples' | 'timestamp'
}

export const noLagTime: LagTime = { min: 0, max: 0, by: 'samples' }

/**
 * The age of the first record that a group has not read, at a time: `offset` is the committed one, `id` the partition's in
 * `logEnds`. Where samples of the log end lie around the offset, the record was appended between them. An older record has
 * a time of its own, where it was looked up. Else it is known at least since when it has been there.
 */
export function lagTimeOf(logEnds: LogEnds, id: number, offset: number, now: number): LagTime | null {
  const position = Math.max(offset, logEnds.starts[id] as number)
  if (position >= (logEnds.ends[id] as number)) return noLagTime
  const { after, by } = logEnds.stepsOf(id).reached(position)
  const age = (time: number) => Math.max(0, now - time)
  if (after !== null && by !== null) return { min: age(by), max: age(after), by: 'samples' }
  const found = logEnds.timeOf(id, position)
  if (found !== null) {
    const { recordTime, isBound } = found
    return { min: age(recordTime), max: isBound ? null : age(recordTime), by: 'timestamp' }
  }
  return by === null ? null : { min: age(by), max: null, by: 'samples' }
}

/** The lag in time of the worst of several partitions: at least that of each, at most the largest where each has such a bound. */
export function worstLagTime(a: LagTime | null, b: LagTime | null): LagTime | null {
  if (a === null || b === null) {
    const known = a ?? b
    return known === null ? null : { ...known, max: null }
  }
  const isWorse = (b.min ?? -1) > (a.min ?? -1)
  const max = a.max === null || b.max === null ? null : Math.max(a.max, b.max)
  return { min: isWorse ? b.min : a.min, max, by: isWorse ? b.by : a.by }
}
