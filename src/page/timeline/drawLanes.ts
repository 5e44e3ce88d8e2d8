import { type Columns, columnsOf, fillColumns, widerRuns } from '../lanes/columns.ts'
import { bandRanges, type LaneData } from '../lanes/laneData.ts'
import type { Span } from '../lanes/marks.ts'
import type { OwnerLook } from '../lanes/palette.ts'
import { type Paint, Raster } from '../lanes/raster.ts'
import { type Viewport, xOf } from '../lanes/viewport.ts'
import { type CanvasSize, contextOf, fitted, smallFont } from './canvas.ts'
import type { Colours } from './colours.ts'

export interface LanesPicture {
  readonly data: LaneData
  readonly names: readonly string[]
  readonly looks: readonly OwnerLook[]
  readonly paint: Paint
  readonly colours: Colours
  readonly laneHeight: number
  readonly gutter: number
  /** The lane that the keyboard or the pointer is at. */
  readonly marked: number | null
  /** Times of rebalances, in order. */
  readonly lines: readonly number[]
  /** Times in which the group has no members, in order. */
  readonly absences: readonly Span[]
}

export interface LanesPlace extends CanvasSize {
  readonly scrollTop: number
  readonly view: Viewport
}

/** Room at the right of the plots, CSS pixels. */
export const rightMargin = 12
/** A run that is narrower has no room for a label. */
const leastLabel = 44
/** With more lanes of labels than these, only wide runs have one: text takes most of the time of a frame. */
const mostLabels = 220

/** Draws lanes of intervals. Keeps what it needs again for the next frame. */
export class LanesDrawing {
  #image: ImageData | null = null
  #raster: Raster | null = null
  #columns: Columns = columnsOf(0)
  #absent = new Uint8Array()

  draw(canvas: HTMLCanvasElement, picture: LanesPicture, place: LanesPlace): void {
    const context = contextOf(canvas, place)
    if (context === null) return
    const { width, height, dpr, scrollTop, view } = place
    const { data, laneHeight, gutter } = picture
    const plot = Math.max(1, Math.round((width - gutter - rightMargin) * dpr))
    const rows = Math.max(1, Math.round(height * dpr))
    const { image, raster } = this.#surface(plot, rows)
    raster.clear()
    markAbsent(this.#absent, picture.absences, view)
    const first = Math.max(0, Math.floor(scrollTop / laneHeight))
    const last = Math.min(data.count, Math.ceil((scrollTop + height) / laneHeight))
    const labels: Label[] = []
    const least = Math.max(leastLabel, ((last - first) * plot) / dpr / mostLabels) * dpr
    for (let lane = first; lane < last; lane++) {
      const top = Math.round((lane * laneHeight - scrollTop) * dpr)
      const bottom = Math.min(rows, Math.round(((lane + 1) * laneHeight - scrollTop) * dpr))
      this.#paintLane(raster, { picture, view, lane, top, bottom, rows })
      if (laneHeight >= 13 && (data.bands[lane]?.length ?? 0) === 1) {
        for (const { value, from, to } of widerRuns(this.#columns, least)) labels.push({ lane, value, from, to })
      }
    }
    context.putImageData(image, Math.round(gutter * dpr), 0)
    drawLines(context, picture, place)
    drawLabels(context, labels, picture, place)
    drawNames(context, picture, { ...place, first, last })
  }

  #surface(width: number, height: number): { readonly image: ImageData; readonly raster: Raster } {
    if (this.#image === null || this.#raster === null || this.#image.width !== width || this.#image.height !== height) {
      const buffer = new ArrayBuffer(width * height * 4)
      this.#image = new ImageData(new Uint8ClampedArray(buffer), width, height)
      this.#raster = new Raster(buffer, width)
      this.#columns = columnsOf(width)
      this.#absent = new Uint8Array(width)
    }
    return { image: this.#image, raster: this.#raster }
  }

  #paintLane(raster: Raster, { picture, view, lane, top, bottom, rows }: LanePlace): void {
    const { data, paint, laneHeight } = picture
    const space = laneHeight >= 6 ? 2 * paint.unit : laneHeight >= 3 ? 1 : 0
    const ranges = bandRanges(data, lane)
    const height = Math.max(1, bottom - top - space)
    for (const [band, [low, high]] of ranges.entries()) {
      const from = Math.max(0, top + Math.floor((height * band) / ranges.length))
      const to = Math.min(rows, top + Math.max(1, Math.floor((height * (band + 1)) / ranges.length)))
      if (to <= from) continue
      // A second band is empty for as long as one owner is enough: that is no gap.
      const life = ranges.length === 1 ? (data.lives[lane] ?? [0, 0]) : ([0, 0] as const)
      fillColumns(this.#columns, data, view, { low, high, life })
      raster.paint(this.#columns, paint, { top: from, height: to - from, absent: this.#absent })
    }
  }
}

/** Which columns lie wholly in one of the spans. */
function markAbsent(columns: Uint8Array, spans: readonly Span[], view: Viewport): void {
  columns.fill(0)
  for (const { from, to } of spans) {
    if (to < view.from || from > view.to) continue
    columns.fill(1, Math.max(0, Math.ceil(xOf(view, columns.length, from))), Math.floor(xOf(view, columns.length, to)))
  }
}

interface LanePlace {
  readonly picture: LanesPicture
  readonly view: Viewport
  readonly lane: number
  readonly top: number
  readonly bottom: number
  readonly rows: number
}

interface Label {
  readonly lane: number
  readonly value: number
  readonly from: number
  readonly to: number
}

/** More lines than these would hide the lanes. */
const mostLines = 150

function drawLines(
  context: CanvasRenderingContext2D,
  { lines, gutter, colours }: LanesPicture,
  { view, width, height, dpr }: LanesPlace,
): void {
  const plot = width - gutter - rightMargin
  const seen = lines.filter(time => time >= view.from && time <= view.to)
  if (seen.length > mostLines) return
  context.fillStyle = colours.rebalanceLine
  for (const time of seen) {
    const x = gutter + ((time - view.from) / (view.to - view.from)) * plot
    context.fillRect(Math.round(x * dpr) / dpr, 0, 1 / dpr, height)
  }
}

function drawLabels(
  context: CanvasRenderingContext2D,
  labels: readonly Label[],
  { looks, colours, gutter, laneHeight }: LanesPicture,
  { dpr, scrollTop }: LanesPlace,
): void {
  context.font = smallFont
  context.fillStyle = colours.label
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  for (const { lane, value, from, to } of labels) {
    const text = fitted(looks[value]?.label ?? '', (to - from) / dpr - 8)
    if (text !== '')
      context.fillText(text, gutter + from / dpr + 5, lane * laneHeight - scrollTop + (laneHeight - 2) / 2 + 0.5)
  }
}

function drawNames(
  context: CanvasRenderingContext2D,
  { names, gutter, laneHeight, colours, marked }: LanesPicture,
  { scrollTop, first, last }: LanesPlace & { readonly first: number; readonly last: number },
): void {
  if (laneHeight < 11) return
  context.font = smallFont
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (let lane = first; lane < last; lane++) {
    context.fillStyle = lane === marked ? colours.accent : colours.muted
    const y = lane * laneHeight - scrollTop + (laneHeight - 2) / 2 + 0.5
    context.fillText(fitted(names[lane] ?? '', gutter - 12), gutter - 8, y)
  }
}
