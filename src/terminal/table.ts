import { columnsOf, inColumns, terminalText } from '../base/terminalText.ts'
import type { Format, Ink } from './ink.ts'
import { noInk } from './noInk.ts'
import { ShortNames } from './shortNames.ts'
import { wrapText } from './wrap.ts'

export interface Column<Row> {
  readonly head: string
  readonly align?: 'left' | 'right'
  readonly text: (row: Row) => string
  readonly style?: (row: Row) => Format | readonly Format[] | null
  /** Head and text where the table would be too wide with the long ones. */
  readonly tight?: { readonly head: string; readonly text?: (row: Row) => string }
  /**
   * What gives where the terminal is still too narrow: `name` is shortened so that names stay apart, `words` goes on in
   * further lines. Others keep their width.
   */
  readonly gives?: 'name' | 'words'
}

export interface TableOptions {
  /** Columns of the terminal; Infinity unless given. */
  readonly width?: number
  readonly ink?: Ink
}

/** A table for people: a line of heads, then a row each; columns as wide as what is in them, within the terminal's width. */
export function table<Row>(
  rows: readonly Row[],
  described: readonly Column<Row>[],
  { width = Number.POSITIVE_INFINITY, ink = noInk }: TableOptions = {},
): string {
  const roomy = { ...cellsOf(rows, described), gap: 2 }
  const cells = total(roomy) <= width ? roomy : { ...cellsOf(rows, described.map(tightened)), gap: 1 }
  const widths = narrowed(cells, described, width)
  const names = widths.map(columns => new ShortNames(columns))
  const layout = { widths, gap: cells.gap, described }
  const lines = lineOf(cells.heads, layout).map(line => ink('bold', line))
  for (const [at, row] of rows.entries()) {
    const shown = (cells.rows[at] ?? []).map((cell, column) =>
      described[column]?.gives === 'name' ? (names[column]?.of(cell) ?? cell) : cell,
    )
    const styles = described.map(({ style }) => style?.(row) ?? null)
    lines.push(...lineOf(shown, layout, (text, column) => styled(ink, styles[column] ?? null, text)))
  }
  return lines.map(line => `${line}\n`).join('')
}

interface Cells {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** As wide as what is in them. */
  readonly widths: readonly number[]
}

function cellsOf<Row>(rows: readonly Row[], described: readonly Column<Row>[]): Cells {
  const heads = described.map(({ head }) => head)
  const cells = rows.map(row => described.map(({ text }) => terminalText(text(row))))
  const widths = heads.map((head, at) =>
    cells.reduce((most, line) => Math.max(most, columnsOf(line[at] ?? '')), head.length),
  )
  return { heads, rows: cells, widths }
}

function tightened<Row>(column: Column<Row>): Column<Row> {
  const { head, text = column.text } = column.tight ?? column
  return { ...column, head, text }
}

function total({ widths, gap }: { readonly widths: readonly number[]; readonly gap: number }): number {
  return widths.reduce((all, width) => all + width, 0) + gap * (widths.length - 1)
}

const narrowestName = 12

/** Takes what is too much from words, which only cost lines, down to their longest word, and then from names. */
function narrowed<Row>(
  { heads, rows, widths: natural, gap }: Cells & { readonly gap: number },
  described: readonly Column<Row>[],
  width: number,
): number[] {
  const widths = [...natural]
  const longestWord = (column: number) =>
    Math.max(...rows.flatMap(line => (line[column] ?? '').split(/(?<=[ ,])/).map(word => columnsOf(word.trimEnd()))), 0)
  const least = (column: number, comfort: number) =>
    described[column]?.gives === 'name' ? narrowestName * comfort : Math.max(longestWord(column), 8 * comfort)
  for (const comfort of [3, 2, 1]) {
    for (const kind of ['words', 'name'] as const) {
      for (const [column, { gives }] of described.entries()) {
        const surplus = total({ widths, gap }) - width
        const own = widths[column] ?? 0
        if (surplus <= 0 || gives !== kind) continue
        widths[column] = Math.min(own, Math.max(own - surplus, least(column, comfort), heads[column]?.length ?? 0))
      }
    }
  }
  return widths
}

interface Layout<Row> {
  readonly widths: readonly number[]
  readonly gap: number
  readonly described: readonly Column<Row>[]
}

function lineOf<Row>(
  cells: readonly string[],
  { widths, gap, described }: Layout<Row>,
  style: (text: string, column: number) => string = text => text,
): string[] {
  const wrapped = cells.map((cell, at) =>
    described[at]?.gives === 'words' ? wrapText(cell, { width: widths[at] ?? 0 }) : [cell],
  )
  const height = Math.max(1, ...wrapped.map(lines => lines.length))
  return Array.from({ length: height }, (_, line) => {
    const texts = wrapped.map(lines => lines[line] ?? '')
    const last = texts.findLastIndex(text => text !== '')
    return texts
      .slice(0, last + 1)
      .map((text, at) =>
        style(aligned(text, at === last ? 0 : (widths[at] ?? 0), described[at]?.align, widths[at]), at),
      )
      .join(' '.repeat(gap))
  })
}

/** Spaces after the last text of a line are left out. */
function aligned(text: string, columns: number, align: 'left' | 'right' = 'left', width = columns): string {
  if (align === 'right') return ' '.repeat(Math.max(0, width - columnsOf(text))) + text
  return columnsOf(text) < columns ? inColumns(text, columns) : text
}

function styled(ink: Ink, format: Format | readonly Format[] | null, text: string): string {
  return format === null || text.trim() === '' ? text : ink(format, text)
}
