import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Int64, int64Of } from '../../events/envelope.ts'
import type { OffsetPoint } from '../items.ts'
import { type Block, keyOf, type TimedPoint } from './block.ts'
import { largest, VarintReader, VarintWriter } from './varints.ts'

/**
 * A block as bytes, compressed: a JSON header, then the columns of all points one after the other, each value as its
 * difference from the one before: of the partition for offsets, of the point before for times and places.
 */
export function packBlock(block: Block): Buffer {
  const places = new Map<string, number>()
  const header: Header = { topics: [], places: [], big: [], base: block.base.length, points: block.points.length }
  const all: readonly OffsetPoint[] = [...block.base, ...block.points]
  const columns = Array.from({ length: 6 }, () => new VarintWriter())
  const [times, indexes, offsets, ends, lags, lagTimes] = columns as unknown as Columns<VarintWriter>
  const last: Last[] = []
  let time = block.fromTime
  let index = 0
  for (const [n, point] of all.entries()) {
    const place = placeOf(point, places, header)
    const before = (last[place] ??= { offset: 0, logEnd: 0, lag: 0, lagMs: 0 })
    if ('time' in point) {
      times.put(Number(point.time) - time)
      time = Number(point.time)
    }
    indexes.put(place - index)
    index = place
    putOffset(point.offset, { n, before, column: offsets, header })
    putNullable(point.logEnd, 'logEnd', before, ends)
    putNullable(point.lag, 'lag', before, lags)
    const tenths = point.lagMs === null ? null : Math.round(point.lagMs / lagTimeUnitMs)
    putNullable(tenths, 'lagMs', before, lagTimes)
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const parts = columns.flatMap(column => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(column.bytes().length)
    return [size, column.bytes()]
  })
  return zstdCompressSync(Buffer.concat([length, text, ...parts]))
}

export function unpackBlock(bytes: Uint8Array, place: Pick<Block, 'fromTime' | 'fromPosition' | 'toTime'>): Block {
  const { header, columns } = opened(bytes)
  const [times, indexes, offsets, ends, lags, lagTimes] = columns
  const big = new Map(header.big)
  const last: Last[] = []
  const base: OffsetPoint[] = []
  const points: TimedPoint[] = []
  let time = place.fromTime
  let index = 0
  for (let n = 0; n < header.base + header.points; n++) {
    const isBase = n < header.base
    if (!isBase) time += times.next()
    index += indexes.next()
    const before = (last[index] ??= { offset: 0, logEnd: 0, lag: 0, lagMs: 0 })
    const [topic = 0, partition = 0] = header.places[index] ?? []
    const point = {
      topic: header.topics[topic] ?? '',
      partition,
      offset: nextOffset(offsets, before, big.get(n)),
      logEnd: nextNullable(ends, 'logEnd', before),
      lag: nextNullable(lags, 'lag', before),
      lagMs: inMs(nextNullable(lagTimes, 'lagMs', before)),
    }
    if (isBase) base.push(point)
    else points.push({ ...point, time })
  }
  return { ...place, base, points }
}

/**
 * Applies the base of a block and its points up to a time to `offsets`, by `keyOf`. It makes no object for a point that a
 * later one of its partition replaces: an answer about 1,000 groups passes a million points.
 */
export function foldBlock(
  bytes: Uint8Array,
  { fromTime, at }: { readonly fromTime: number; readonly at: number },
  offsets: Map<string, OffsetPoint>,
): void {
  const { header, columns } = opened(bytes)
  const [times, indexes] = columns
  const values = columns.slice(2)
  const count = header.places.length
  const sums = values.map(() => new Float64Array(count))
  const isThere = values.map(() => new Uint8Array(count))
  const isTouched = new Uint8Array(count)
  const big = new Map(header.big)
  const exact = new Map<number, string>()
  let time = fromTime
  let index = 0
  for (let n = 0; n < header.base + header.points; n++) {
    if (n >= header.base) time += times.next()
    if (time > at) break
    index += indexes.next()
    isTouched[index] = 1
    for (const [column, reader] of values.entries()) {
      const value = reader.next()
      const there = isThere[column] as Uint8Array
      there[index] = value === NONE ? 0 : 1
      const sum = sums[column] as Float64Array
      if (value !== NONE) sum[index] = (sum[index] ?? 0) + unshifted(value)
    }
    if (big.size > 0) exact.set(index, big.get(n) ?? '')
  }
  const valueOf = (column: number, of: number) => (isThere[column]?.[of] === 1 ? (sums[column]?.[of] ?? 0) : null)
  for (const [of, [topicIndex, partition]] of header.places.entries()) {
    if (isTouched[of] === 0) continue
    const topic = header.topics[topicIndex] ?? ''
    const offset = valueOf(0, of)
    if (offset === null) offsets.delete(keyOf({ topic, partition }))
    else {
      const text = exact.get(of) ?? ''
      const [logEnd, lag, lagMs] = [valueOf(1, of), valueOf(2, of), inMs(valueOf(3, of))]
      const point = { topic, partition, offset: text === '' ? offset : int64Of(BigInt(text)), logEnd, lag, lagMs }
      offsets.set(keyOf(point), point)
    }
  }
}

function opened(bytes: Uint8Array): { readonly header: Header; readonly columns: Columns<VarintReader> } {
  const raw = zstdDecompressSync(bytes)
  let at = 4 + raw.readUInt32LE(0)
  const header = JSON.parse(raw.subarray(4, at).toString()) as Header
  const columns = Array.from({ length: 6 }, () => {
    const size = raw.readUInt32LE(at)
    const column = new VarintReader(raw.subarray(at + 4, at + 4 + size))
    at += 4 + size
    return column
  })
  return { header, columns: columns as unknown as Columns<VarintReader> }
}

/** Lag in time is kept in tenths of a second: it is no more exact, and half as large. */
const lagTimeUnitMs = 100

function inMs(tenths: number | null): number | null {
  return tenths === null ? null : tenths * lagTimeUnitMs
}

interface Header {
  readonly topics: string[]
  /** Index of the topic, partition. */
  readonly places: (readonly [topic: number, partition: number])[]
  /** Offsets that no difference can hold, by the number of the point. */
  readonly big: (readonly [point: number, offset: string])[]
  readonly base: number
  readonly points: number
}

/** Values of the point before, of the same partition. */
interface Last {
  offset: number
  logEnd: number
  lag: number
  lagMs: number
}

type Columns<T> = readonly [times: T, indexes: T, offsets: T, ends: T, lags: T, lagTimes: T]

function placeOf(point: OffsetPoint, places: Map<string, number>, header: Header): number {
  const key = keyOf(point)
  const known = places.get(key)
  if (known !== undefined) return known
  const { topic, partition } = point
  const topics = header.topics
  const topicIndex = topics.indexOf(topic) >= 0 ? topics.indexOf(topic) : topics.push(topic) - 1
  const place = header.places.push([topicIndex, partition]) - 1
  places.set(key, place)
  return place
}

/** 0: no value. Else the difference, moved by one where it is not negative. */
const NONE = 0

function shifted(difference: number): number {
  return difference >= 0 ? difference + 1 : difference
}

function unshifted(value: number): number {
  return value > 0 ? value - 1 : value
}

interface OffsetPlace {
  readonly n: number
  readonly before: Last
  readonly column: VarintWriter
  readonly header: Header
}

function putOffset(offset: Int64 | null, { n, before, column, header }: OffsetPlace): void {
  if (offset === null) return column.put(NONE)
  const isBig = typeof offset === 'bigint' || Math.abs(offset) >= largest
  if (isBig) header.big.push([n, String(offset)])
  const value = isBig ? before.offset : offset
  column.put(shifted(value - before.offset))
  before.offset = value
}

function nextOffset(column: VarintReader, before: Last, big: string | undefined): Int64 | null {
  const value = column.next()
  if (value === NONE) return null
  before.offset += unshifted(value)
  if (big === undefined) return before.offset
  const exact = BigInt(big)
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
}

function putNullable(value: number | null, field: keyof Last, before: Last, column: VarintWriter): void {
  if (value === null || Math.abs(value) >= largest) return column.put(NONE)
  column.put(shifted(value - before[field]))
  before[field] = value
}

function nextNullable(column: VarintReader, field: keyof Last, before: Last): number | null {
  const value = column.next()
  if (value === NONE) return null
  before[field] += unshifted(value)
  return before[field]
}
