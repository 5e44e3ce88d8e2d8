import { bandRanges, firstEndingAfter, type LaneData } from './laneData.ts'

/** The interval of a lane at a time: its number, or where there is none the times between which the lane has no owner. */
export type Hit =
  | { readonly kind: 'interval'; readonly interval: number }
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'nothing' }

/** @param share where in the height of the lane, from 0 to 1: which of its bands. */
export function hitAt(data: LaneData, lane: number, time: number, share: number): Hit {
  const ranges = bandRanges(data, lane)
  const band = ranges[Math.min(ranges.length - 1, Math.floor(share * ranges.length))]
  const order = band === undefined ? [] : [band, ...ranges.filter(range => range !== band)]
  for (const [low, high] of order) {
    const at = firstEndingAfter(data, low, high, time)
    if (at < high && (data.starts[at] as number) <= time) return { kind: 'interval', interval: at }
  }
  return gapAt(data, lane, time)
}

function gapAt(data: LaneData, lane: number, time: number): Hit {
  const [first, last] = data.lives[lane] ?? [0, 0]
  if (time < first || time > last) return { kind: 'nothing' }
  let [from, to] = [first, last]
  for (const [low, high] of bandRanges(data, lane)) {
    const at = firstEndingAfter(data, low, high, time)
    if (at > low) from = Math.max(from, data.ends[at - 1] as number)
    if (at < high) to = Math.min(to, data.starts[at] as number)
  }
  return { kind: 'gap', from, to }
}

/** The owners of a lane at a time. */
export function ownersAt(data: LaneData, lane: number, time: number): readonly number[] {
  return bandRanges(data, lane).flatMap(([low, high]) => {
    const at = firstEndingAfter(data, low, high, time)
    return at < high && (data.starts[at] as number) <= time ? [data.owners[at] as number] : []
  })
}

/** The next time after `time` at which a lane changes, or the one before it; null: there is none. */
export function nextChange(data: LaneData, lane: number, time: number, direction: 1 | -1): number | null {
  let found: number | null = null
  const consider = (value: number) => {
    const isBeyond = direction === 1 ? value > time : value < time
    if (isBeyond && (found === null || (value - found) * direction < 0)) found = value
  }
  for (let at = data.offsets[lane] as number; at < (data.offsets[lane + 1] as number); at++) {
    consider(data.starts[at] as number)
    consider(data.ends[at] as number)
  }
  return found
}
