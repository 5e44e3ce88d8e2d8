import { compareText } from '../../state/group/group.ts'
import type { OffsetPoint } from '../items.ts'
import { type Block, keyOf, offsetsAt, type TimedPoint } from '../progress/block.ts'
import { blockOf } from '../sql/blockRow.ts'
import type { HistoryReader } from '../store.ts'
import { type ProgressQuestion, tailPoints } from './progress.ts'

export interface SampledQuestion extends Omit<ProgressQuestion, 'limit'> {
  /** Points of a series at most, about. */
  readonly points: number
  /** False: only the total. */
  readonly hasSeries?: boolean | undefined
}

export interface SampledProgress {
  /** By topic and partition. */
  readonly series: readonly SampledSeries[]
  /** Sum of the lag and largest lag in time, over the partitions whose lag is known. */
  readonly total: readonly TotalPoint[]
}

export interface SampledSeries {
  readonly topic: string
  readonly partition: number
  readonly points: readonly TimedPoint[]
}

interface TotalPoint {
  readonly time: number
  readonly lag: number | null
  readonly lagMs: number | null
}

/** More points than these are not read: of a longer time only every so many-th block is. */
const mostPoints = 400_000
/** Points of all series in an answer. */
const mostAnswered = 100_000
const blocksAtOnce = 20

/**
 * Progress of a group with fewer points: of each slot of time the point with the largest lag and the last one, so that peaks
 * stay. Each series begins with the offset as it stood at the beginning of the time.
 */
export async function sampledProgress(reader: HistoryReader, question: SampledQuestion): Promise<SampledProgress> {
  const { topic, partition, from, to, points, hasSeries = true } = question
  const wants = (point: OffsetPoint) =>
    (topic === undefined || point.topic === topic) && (partition === undefined || point.partition === partition)
  const slots = { from, width: Math.max(1, Math.ceil((to - from + 1) / Math.max(1, Math.floor(points / 2)))) }
  const total = new Slots<TotalPoint>(slots, ({ lag }) => lag ?? -1)
  const series = new Map<string, Slots<TimedPoint>>()
  const present = new Map<string, OffsetPoint>()
  const sum = new Sum()
  const take = (point: TimedPoint) => {
    const key = keyOf(point)
    sum.replace(present.get(key), point)
    if (point.offset === null) present.delete(key)
    else present.set(key, point)
    if (!hasSeries) return
    let of = series.get(key)
    if (of === undefined) series.set(key, (of = new Slots(slots, ({ lag }) => lag ?? -1)))
    of.add(point)
  }
  let time = from
  const close = () => {
    if (present.size > 0 || !total.isEmpty) total.add({ time, lag: sum.lag(), lagMs: largest(present.values()) })
  }
  for await (const block of blocks(reader, question)) {
    // A block begins with how all offsets stood: only what is other than what came before is news.
    const base = offsetsAt(block, Math.max(from, block.fromTime) - 1)
    const at = Math.max(from, block.fromTime)
    for (const point of base.values()) {
      if (wants(point) && !isSame(present.get(keyOf(point)), point)) take({ ...point, time: at })
    }
    for (const [key, { topic: of, partition: n }] of present) {
      if (!base.has(key))
        take({ topic: of, partition: n, offset: null, logEnd: null, lag: null, lagMs: null, time: at })
    }
    if (base.size > 0) {
      time = at
      close()
    }
    for (const point of block.points) {
      if (point.time < from || point.time > to || !wants(point)) continue
      if (point.time !== time) close()
      time = point.time
      take(point)
    }
    close()
  }
  const found = [...series.values()].map(of => of.points())
  const share = Math.max(2, Math.floor(mostAnswered / Math.max(1, found.length)))
  const shown = found.map(all => (all.length <= share ? all : thinned(all, share)))
  return { series: shown.flatMap(seriesOf).sort(byPlace), total: total.points() }
}

async function* blocks(reader: HistoryReader, { cluster, group, from, to }: SampledQuestion): AsyncGenerator<Block> {
  const places = await reader.all(
    `SELECT from_time, from_position, points FROM progress
      WHERE cluster = ? AND "group" = ? AND from_time <= ? AND from_time >= coalesce(
        (SELECT max(q.from_time) FROM progress q WHERE q.cluster = ? AND q."group" = ? AND q.from_time <= ?), 0)
      ORDER BY from_time, from_position`,
    [cluster, group, to, cluster, group, from],
  )
  const count = places.reduce((all, { points }) => all + Number(points), 0)
  const step = Math.ceil(count / mostPoints) || 1
  const chosen = places.filter((_, at) => at % step === 0 || at === places.length - 1)
  const tail = await tailPoints(reader, { cluster, group, to })
  let last: Block | null = null
  for (let at = 0; at < chosen.length; at += blocksAtOnce) {
    const some = chosen.slice(at, at + blocksAtOnce)
    const rows = await reader.all(
      `SELECT from_time, from_position, to_time, body FROM progress WHERE cluster = ? AND "group" = ?
        AND (${some.map(() => '(from_time = ? AND from_position = ?)').join(' OR ')}) ORDER BY from_time, from_position`,
      [cluster, group, ...some.flatMap(place => [Number(place['from_time']), Number(place['from_position'])])],
    )
    for (const row of rows) {
      if (last !== null) yield last
      last = blockOf(row)
    }
  }
  const [first] = tail
  if (last === null && first !== undefined)
    last = { fromTime: first.time, fromPosition: 0, toTime: first.time, base: [], points: [] }
  last?.points.push(...tail)
  if (last !== null) yield last
}

/** Sum of the lags that are known. */
class Sum {
  #lag = 0
  #known = 0

  replace(before: OffsetPoint | undefined, { lag, offset }: OffsetPoint): void {
    if (before !== undefined && before.lag !== null) {
      this.#lag -= before.lag
      this.#known--
    }
    if (offset === null || lag === null) return
    this.#lag += lag
    this.#known++
  }

  lag(): number | null {
    return this.#known === 0 ? null : this.#lag
  }
}

function largest(points: Iterable<OffsetPoint>): number | null {
  let most: number | null = null
  for (const { lagMs } of points) if (lagMs !== null && (most === null || lagMs > most)) most = lagMs
  return most
}

/** Keeps of each slot of time the point with the largest size and the last one. */
class Slots<Point extends { readonly time: number }> {
  readonly #points: Point[] = []
  readonly #place: { readonly from: number; readonly width: number }
  readonly #sizeOf: (point: Point) => number
  #slot = -1
  #most: Point | null = null
  #last: Point | null = null

  constructor(place: { readonly from: number; readonly width: number }, sizeOf: (point: Point) => number) {
    this.#place = place
    this.#sizeOf = sizeOf
  }

  get isEmpty(): boolean {
    return this.#last === null && this.#points.length === 0
  }

  add(point: Point): void {
    const slot = Math.floor((point.time - this.#place.from) / this.#place.width)
    if (slot !== this.#slot) this.#close()
    this.#slot = slot
    if (this.#most === null || this.#sizeOf(point) > this.#sizeOf(this.#most)) this.#most = point
    this.#last = point
  }

  points(): readonly Point[] {
    this.#close()
    return this.#points
  }

  #close(): void {
    if (this.#most !== null && this.#most.time !== this.#last?.time) this.#points.push(this.#most)
    if (this.#last !== null) this.#points.push(this.#last)
    this.#most = this.#last = null
  }
}

function isSame(a: OffsetPoint | undefined, b: OffsetPoint): boolean {
  return a !== undefined && a.offset === b.offset && a.logEnd === b.logEnd && a.lag === b.lag && a.lagMs === b.lagMs
}

function thinned(points: readonly TimedPoint[], most: number): readonly TimedPoint[] {
  const step = Math.ceil(points.length / most)
  return points.filter((_, at) => at % step === 0 || at === points.length - 1)
}

function seriesOf(points: readonly TimedPoint[]): readonly SampledSeries[] {
  const [first] = points
  return first === undefined ? [] : [{ topic: first.topic, partition: first.partition, points }]
}

function byPlace(a: SampledSeries, b: SampledSeries): number {
  return compareText(a.topic, b.topic) || a.partition - b.partition
}
