import type { Viewport } from './viewport.ts'
import { xOf } from './viewport.ts'

/** Something that lasted from one time to another, or happened at one. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Bars of spans in as few rows as have room for them, the earliest first. */
export function stacked<Of extends Span>(spans: readonly Of[], mostRows: number): readonly (readonly Of[])[] {
  const rows: Of[][] = []
  const ends: number[] = []
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const free = ends.findIndex(end => end <= span.from)
    const row = free !== -1 ? free : Math.min(rows.length, mostRows - 1)
    rows[row] ??= []
    rows[row].push(span)
    ends[row] = Math.max(ends[row] ?? span.to, span.to)
  }
  return rows
}

/** Marks that share a pixel are one mark that says how many it is. */
export interface Cluster<Of> {
  readonly x0: number
  readonly x1: number
  readonly marks: readonly Of[]
}

/** Marks by the places where they end, each so many pixels wide: of many it shows how many there were when. */
export function counted<Of extends Span>(
  marks: readonly Of[],
  view: Viewport,
  { width, size }: { readonly width: number; readonly size: number },
): readonly Cluster<Of>[] {
  const places = new Map<number, { x0: number; x1: number; marks: Of[] }>()
  for (const mark of marks) {
    if (mark.to < view.from || mark.to > view.to) continue
    const at = Math.floor(xOf(view, width, mark.to) / size)
    const place = places.get(at)
    if (place === undefined) places.set(at, { x0: at * size, x1: (at + 1) * size, marks: [mark] })
    else place.marks.push(mark)
  }
  return [...places.values()]
}

/** @param marks in the order of `from`. */
export function clustered<Of extends Span>(
  marks: readonly Of[],
  view: Viewport,
  { width, least }: { readonly width: number; readonly least: number },
): readonly Cluster<Of>[] {
  const clusters: { x0: number; x1: number; marks: Of[] }[] = []
  for (const mark of marks) {
    if (mark.to < view.from || mark.from > view.to) continue
    const x0 = xOf(view, width, mark.from)
    const x1 = Math.max(x0 + least, xOf(view, width, mark.to))
    const last = clusters.at(-1)
    if (last !== undefined && x0 < last.x1) {
      last.x1 = Math.max(last.x1, x1)
      last.marks.push(mark)
    } else clusters.push({ x0, x1, marks: [mark] })
  }
  return clusters
}
