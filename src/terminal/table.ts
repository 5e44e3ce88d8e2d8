import { columnsOf, inColumns, terminalText } from '../base/terminalText.ts'
import { type Format, type Ink, noInk } from './ink.ts'
import { ShortNames } from './shortNames.ts'
import { wrapText } from './wrap.ts'

export interface Column<Row> {
  readonly head: string
  /** The head where the table would be too wide with the long one. */
  readonly short?: string
  readonly align?: 'left' | 'right'
  readonly text: (row: Row) => string
  readonly style?: (row: Row) => Format | readonly Format[] | null
  /**
   * What gives where the terminal is too narrow: `name` is shortened so that names stay apart, `words` goes on in further
   * lines. Others keep their width.
   */
  readonly gives?: 'name' | 'words'
}

export interface TableOptions {
  /** Columns of the terminal; Infinity unless given. */
  readonly width?: number
  readonly ink?: Ink
}

const narrowestName = 12
const narrowestWords = 16

/** A table for people: a line of heads, then a row each; columns as wide as what is in them, within the terminal's width. */
export function table<Row>(
  rows: readonly Row[],
  described: readonly Column<Row>[],
  { width = Number.POSITIVE_INFINITY, ink = noInk }: TableOptions = {},
): string {
  const cells = rows.map(row => described.map(({ text }) => terminalText(text(row))))
  const layout = layoutOf(cells, described, width)
  const names = layout.widths.map(columns => new ShortNames(columns))
  const lines = [lineOf(layout.heads, layout, described).map(line => ink('bold', line))]
  for (const [at, row] of rows.entries()) {
    const shown = (cells[at] ?? []).map((cell, column) =>
      described[column]?.gives === 'name' ? (names[column]?.of(cell) ?? cell) : cell,
    )
    const styles = described.map(({ style }) => style?.(row) ?? null)
    lines.push(lineOf(shown, layout, described, (text, column) => styled(ink, styles[column] ?? null, text)))
  }
  return lines
    .flat()
    .map(line => `${line}\n`)
    .join('')
}

interface Layout {
  readonly heads: readonly string[]
  readonly widths: readonly number[]
  readonly gap: number
}

function layoutOf<Row>(
  cells: readonly (readonly string[])[],
  described: readonly Column<Row>[],
  width: number,
): Layout {
  const widest = described.map((_, at) => Math.max(0, ...cells.map(line => columnsOf(line[at] ?? ''))))
  const total = (widths: readonly number[], gap: number) => sum(widths) + gap * (widths.length - 1)
  const long = described.map(({ head }) => head)
  const natural = long.map((head, at) => Math.max(columnsOf(head), widest[at] ?? 0))
  if (total(natural, 2) <= width) return { heads: long, widths: natural, gap: 2 }
  const heads = described.map(({ head, short }) => short ?? head)
  const widths = heads.map((head, at) => Math.max(columnsOf(head), widest[at] ?? 0))
  let gap = 2
  // Names are still told apart when they are short; words only cost lines.
  for (const [kind, least] of [
    ['words', narrowestWords * 2],
    ['name', narrowestName * 2],
    ['words', narrowestWords],
    ['name', narrowestName],
  ] as const) {
    for (const [at, { gives }] of described.entries()) {
      const surplus = total(widths, gap) - width
      if (surplus <= 0) break
      const own = widths[at] ?? 0
      if (gives === kind && own > least) widths[at] = Math.max(least, own - surplus, columnsOf(heads[at] ?? ''))
    }
    if (total(widths, gap) > width && total(widths, 1) <= width && kind === 'name') gap = 1
  }
  if (total(widths, gap) > width) gap = 1
  return { heads, widths, gap }
}

function lineOf<Row>(
  cells: readonly string[],
  { widths, gap }: Layout,
  described: readonly Column<Row>[],
  style: (text: string, column: number) => string = text => text,
): string[] {
  const wrapped = cells.map((cell, at) =>
    described[at]?.gives === 'words' ? wrapText(cell, { width: widths[at] ?? 0 }) : [cell],
  )
  const height = Math.max(1, ...wrapped.map(lines => lines.length))
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, at) => {
        const text = lines[line] ?? ''
        const columns = widths[at] ?? 0
        const isLast = at === wrapped.length - 1
        const padded = described[at]?.align === 'right' ? text.padStart(columns - columnsOf(text) + text.length) : text
        return style(isLast || columnsOf(padded) > columns ? padded : inColumns(padded, columns), at)
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}

function styled(ink: Ink, format: Format | readonly Format[] | null, text: string): string {
  return format === null || text.trim() === '' ? text : ink(format, text)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0)
}
