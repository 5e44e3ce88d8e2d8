/** Intervals of lanes in typed arrays: 100,000 of them are a few arrays and no objects. */
export interface LaneData {
  readonly count: number
  /** Where the intervals of a lane begin; one more than there are lanes. */
  readonly offsets: Uint32Array
  /** Of each interval, in ms; those of one band of a lane in order of time, without overlaps. */
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly owners: Int32Array
  /** Where the intervals of a band begin; a lane has more than one where intervals overlap (share groups). */
  readonly bands: readonly (readonly number[])[]
  /** From when to when a lane is known: what no interval covers in between is a time without an owner. */
  readonly lives: readonly (readonly [from: number, to: number])[]
}

/** `[from, to, owner]`; an interval without an end still goes on. */
export type PackedInterval = readonly [from: number, to: number | null, owner: number]

/** @param until the end of intervals that go on, ms. */
export function laneDataOf(lanes: readonly (readonly PackedInterval[])[], until: number): LaneData {
  const total = lanes.reduce((sum, intervals) => sum + intervals.length, 0)
  const [starts, ends, owners] = [new Float64Array(total), new Float64Array(total), new Int32Array(total)]
  const offsets = new Uint32Array(lanes.length + 1)
  const bands: number[][] = []
  const lives: [number, number][] = []
  let at = 0
  for (const [lane, intervals] of lanes.entries()) {
    const layers = layersOf(intervals, until)
    const begins: number[] = []
    let first = Number.POSITIVE_INFINITY
    for (const layer of layers) {
      begins.push(at)
      for (const [from, to, owner] of layer) {
        starts[at] = from
        ends[at] = to ?? until
        owners[at] = owner
        first = Math.min(first, from)
        at++
      }
    }
    bands.push(begins)
    lives.push([first, until])
    offsets[lane + 1] = at
  }
  return { count: lanes.length, offsets, starts, ends, owners, bands, lives }
}

/** Overlapping intervals go into further layers, each into the first that is free. */
function layersOf(intervals: readonly PackedInterval[], until: number): PackedInterval[][] {
  const layers: PackedInterval[][] = []
  const ends: number[] = []
  const sorted = isSorted(intervals) ? intervals : [...intervals].sort(([a], [b]) => a - b)
  for (const interval of sorted) {
    const free = ends.findIndex(end => end <= interval[0])
    const layer = free === -1 ? layers.length : free
    layers[layer] ??= []
    layers[layer].push(interval)
    ends[layer] = interval[1] ?? until
  }
  return layers
}

function isSorted(intervals: readonly PackedInterval[]): boolean {
  return intervals.every(([from], at) => at === 0 || from >= (intervals[at - 1]?.[0] ?? from))
}

/** The first interval in [low, high) that ends after a time. */
export function firstEndingAfter({ ends }: LaneData, low: number, high: number, time: number): number {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((ends[middle] ?? 0) > time) to = middle
    else from = middle + 1
  }
  return from
}

/** Begin and end of the intervals of each band of a lane. */
export function bandRanges(data: LaneData, lane: number): readonly (readonly [low: number, high: number])[] {
  const begins = data.bands[lane] ?? []
  return begins.map((low, at) => [low, begins[at + 1] ?? data.offsets[lane + 1] ?? low])
}
