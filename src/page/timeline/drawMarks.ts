import type { Cluster } from '../lanes/marks.ts'
import type { Viewport } from '../lanes/viewport.ts'
import { type CanvasSize, contextOf, fitted, smallFont } from './canvas.ts'
import type { Colours } from './colours.ts'
import { rightMargin } from './drawLanes.ts'
import { type Mark, type MarkRow, markRowHeight, placedMarks } from './marks.ts'

export interface MarksPicture extends CanvasSize {
  readonly rows: readonly MarkRow[]
  readonly colours: Colours
  readonly gutter: number
  readonly view: Viewport
  /** The event that is open beside the picture. */
  readonly opened: string | null
}

export function drawMarks(canvas: HTMLCanvasElement, picture: MarksPicture): void {
  const context = contextOf(canvas, picture)
  if (context === null) return
  const { rows, gutter, width, view, colours, height } = picture
  const plot = width - gutter - rightMargin
  context.font = smallFont
  context.textBaseline = 'middle'
  for (const [at, row] of rows.entries()) {
    const top = at * markRowHeight
    context.textAlign = 'right'
    context.fillStyle = colours.muted
    context.fillText(fitted(row.name, gutter - 12), gutter - 8, top + markRowHeight / 2)
    context.save()
    context.beginPath()
    context.rect(gutter - 5, top, plot + 10, height)
    context.clip()
    context.textAlign = 'left'
    for (const cluster of placedMarks(row, view, plot)) drawers[row.kind](context, cluster, { ...picture, top })
    context.restore()
  }
}

interface DrawPlace extends MarksPicture {
  readonly top: number
}

type Drawer = (context: CanvasRenderingContext2D, cluster: Cluster<Mark>, place: DrawPlace) => void

const drawers: Readonly<Record<MarkRow['kind'], Drawer>> = {
  conditions(context, { x0, x1, marks }, { gutter, top, colours, opened, width }) {
    const left = Math.max(gutter, gutter + x0)
    const right = Math.min(width - rightMargin, gutter + x1)
    if (right <= left) return
    const colour = colourOf(worstOf(marks), colours)
    context.fillStyle = colour
    context.globalAlpha = marks.some(({ id }) => id === opened) ? 0.55 : 0.26
    context.fillRect(left, top + 2, right - left, markRowHeight - 4)
    context.globalAlpha = 1
    context.fillRect(left, top + 2, 3, markRowHeight - 4)
    context.fillStyle = colours.text
    const text = marks.length === 1 ? (marks[0]?.text ?? '') : `${marks.length} conditions`
    if (right - left > 40) context.fillText(fitted(text, right - left - 14), left + 8, top + markRowHeight / 2 + 0.5)
  },
  flags(context, { x0, x1, marks }, { gutter, top, colours, opened }) {
    const x = gutter + x0
    const isOpened = marks.some(({ id }) => id === opened)
    context.fillStyle = isOpened ? colours.accent : colourOf(worstOf(marks), colours)
    context.fillRect(x - 0.5, top + 2, 1.5, markRowHeight - 3)
    context.beginPath()
    context.moveTo(x, top + 2)
    context.lineTo(x + 9, top + 5.5)
    context.lineTo(x, top + 9)
    context.fill()
    if (marks.length > 1) context.fillRect(x, top + 11, Math.max(9, x1 - x0), 2)
  },
  rebalances(context, { x0, x1, marks }, { gutter, top, colours, opened }) {
    context.fillStyle = marks.some(({ id }) => id === opened) ? colours.accent : colours.rebalance
    const height = Math.min(markRowHeight - 4, 8 + Math.log2(marks.length) * 1.5)
    const space = marks.length > 1 && x1 - x0 === 4 ? 1 : 0
    context.fillRect(gutter + x0, top + markRowHeight - 3 - height, Math.max(3, x1 - x0 - space), height)
    if (marks.length > 1 && x1 - x0 > 26) {
      context.fillStyle = colours.surface
      context.fillText(String(marks.length), gutter + x0 + 4, top + markRowHeight / 2 + 0.5)
    }
  },
}

const order = ['error', 'warn', 'info']

function worstOf(marks: readonly Mark[]): string {
  return order.find(severity => marks.some(mark => mark.severity === severity)) ?? 'info'
}

function colourOf(severity: string, { error, warn, info }: Colours): string {
  return severity === 'error' ? error : severity === 'warn' ? warn : info
}
