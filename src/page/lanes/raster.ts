import { type Columns, GAP } from './columns.ts'
import type { OwnerLook, Rgb } from './palette.ts'

/** Colours as words of an `ImageData`. */
export interface Paint {
  readonly fills: Uint32Array
  readonly shades: Uint32Array
  /** 0: plain, 1: rising stripes, 2: falling ones. */
  readonly patterns: Uint8Array
  readonly gap: number
  readonly gapBack: number
  /** Of a time without an owner in which the group has no members at all. */
  readonly absent: number
  readonly absentBack: number
  /** Device pixels of one CSS pixel, whole. */
  readonly unit: number
}

export interface PaintColours {
  readonly gap: Rgb
  readonly gapBack: Rgb
  readonly absent: Rgb
  readonly absentBack: Rgb
  readonly unit: number
}

export function paintOf(looks: readonly OwnerLook[], colours: PaintColours): Paint {
  const codes = { plain: 0, rising: 1, falling: 2 } as const
  return {
    fills: Uint32Array.from(looks, ({ fill }) => word(fill)),
    shades: Uint32Array.from(looks, ({ shade }) => word(shade)),
    patterns: Uint8Array.from(looks, ({ pattern }) => codes[pattern]),
    gap: word(colours.gap),
    gapBack: word(colours.gapBack),
    absent: word(colours.absent),
    absentBack: word(colours.absentBack),
    unit: colours.unit,
  }
}

/** ABGR: every machine that runs a browser has little-endian words. */
function word([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

export interface Band {
  readonly top: number
  readonly height: number
  /** By column, 1: the group has no members. */
  readonly absent: Uint8Array
}

interface RowPlace {
  readonly paint: Paint
  readonly y: number
  readonly absent: Uint8Array
  /** Whether owners beside each other are set apart. */
  readonly hasEdges: boolean
}

/** Rows that a pattern repeats after, in CSS pixels. */
const period = 8

export class Raster {
  readonly width: number
  readonly pixels: Uint32Array<ArrayBuffer>
  readonly #rows: Uint32Array[] = []
  readonly #notched: Uint32Array

  /** @param buffer of the `ImageData` that is painted. */
  constructor(buffer: ArrayBuffer, width: number) {
    this.width = width
    this.pixels = new Uint32Array(buffer)
    this.#notched = new Uint32Array(width)
  }

  clear(): void {
    this.pixels.fill(0)
  }

  /** Paints one band of a lane: a few rows that are copied, so the cost is that of the columns and not of the pixels. */
  paint(columns: Columns, paint: Paint, { top, height, absent }: Band): void {
    const unit = paint.unit
    const phases = height > unit && isPatterned(columns, paint) ? period * unit : 1
    for (let phase = 0; phase < Math.min(phases, height); phase++)
      this.#fillRow(this.#row(phase), columns, { paint, y: phase, absent, hasEdges: height >= 4 })
    const notchFrom = top + Math.max(1, Math.round(height * 0.66))
    const hasNotches = height >= 4 && isNotched(columns)
    for (let y = top; y < top + height; y++) {
      const row = this.#row((y - top) % phases)
      this.pixels.set(hasNotches && y >= notchFrom ? this.#withNotches(row, columns, paint) : row, y * this.width)
    }
  }

  #row(phase: number): Uint32Array {
    return (this.#rows[phase] ??= new Uint32Array(this.width))
  }

  #fillRow(row: Uint32Array, { owner }: Columns, { paint, y, absent, hasEdges }: RowPlace): void {
    const { fills, shades, patterns, unit } = paint
    for (let x = 0; x < row.length; x++) {
      const who = owner[x] as number
      if (who >= 0) {
        const pattern = patterns[who]
        const along = pattern === 0 ? 7 : (((pattern === 1 ? x + y : x - y + period * unit * 64) / unit) | 0) & 7
        row[x] = (along < 2 ? shades[who] : fills[who]) as number
        if (hasEdges && isEdge(owner, x)) row[x] = 0
      } else if (who === GAP) {
        const isLine = ((((x + y) / unit) | 0) & 7) < 2
        if (absent[x] === 1) row[x] = isLine ? paint.absent : paint.absentBack
        else row[x] = isLine ? paint.gap : paint.gapBack
      } else row[x] = 0
    }
  }

  /** A time without an owner that is shorter than a column: the lower part of the column says so. */
  #withNotches(row: Uint32Array, { owner, hasGap }: Columns, { gap }: Paint): Uint32Array {
    const notched = this.#notched
    notched.set(row)
    for (let x = 0; x < row.length; x++) if (hasGap[x] === 1 && (owner[x] as number) >= 0) notched[x] = gap
    return notched
  }
}

/** The first column of another owner, where both are wide enough to be seen beside each other. */
function isEdge(owner: Int32Array, x: number): boolean {
  const [before, who] = [owner[x - 1], owner[x]]
  if (before === who || before === undefined || before < 0) return false
  return owner[x + 1] === who && owner[x + 2] === who && owner[x - 2] === before && owner[x - 3] === before
}

function isPatterned({ owner }: Columns, { patterns }: Paint): boolean {
  for (const who of owner) if (who === GAP || (who >= 0 && patterns[who] !== 0)) return true
  return false
}

function isNotched({ owner, hasGap }: Columns): boolean {
  for (let x = 0; x < owner.length; x++) if (hasGap[x] === 1 && (owner[x] as number) >= 0) return true
  return false
}
