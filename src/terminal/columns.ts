import { columnsOf, terminalText } from '../base/terminalText.ts'

export interface Column<Row> {
  readonly head: string
  readonly align: 'left' | 'right'
  readonly text: (row: Row) => string
}

/** A table for people on a terminal: a line of heads, then a line a row; each column as wide as what is in it. */
export function columns<Row>(rows: readonly Row[], described: readonly Column<Row>[]): string {
  const cells = [
    described.map(({ head }) => head),
    ...rows.map(row => described.map(({ text }) => terminalText(text(row)))),
  ]
  const widths = described.map((_, at) => Math.max(...cells.map(line => columnsOf(line[at] ?? ''))))
  const lines = cells.map(line =>
    line
      .map((cell, at) => {
        const gap = ' '.repeat((widths[at] ?? 0) - columnsOf(cell))
        return described[at]?.align === 'right' ? gap + cell : cell + gap
      })
      .join('  ')
      .trimEnd(),
  )
  return lines.map(line => `${line}\n`).join('')
}
