import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Frames } from '../lanes/frames.ts'
import { useTheme } from '../settings.ts'
import { coloursOf } from './colours.ts'
import { drawMarks } from './drawMarks.ts'
import { type MarkRow, markRowHeight } from './marks.ts'

interface MarksPanelProps {
  readonly frames: Frames
  readonly rows: readonly MarkRow[]
  readonly width: number
  readonly gutter: number
  readonly opened: string | null
}

/** Conditions, flags and rebalances above the lanes. */
export function MarksPanel({ frames, rows, width, gutter, opened }: MarksPanelProps) {
  const theme = useTheme()
  const canvas = useRef<HTMLCanvasElement>(null)
  const height = rows.length * markRowHeight
  const latest = useRef({ rows, width, gutter, opened, theme, height })
  latest.current = { rows, width, gutter, opened, theme, height }
  useLayoutEffect(
    () =>
      frames.add(view => {
        const { theme: look, ...picture } = latest.current
        if (canvas.current === null || picture.width === 0) return
        drawMarks(canvas.current, { ...picture, colours: coloursOf[look], view, dpr: devicePixelRatio })
      }),
    [frames],
  )
  useEffect(() => frames.request(), [frames, rows, width, gutter, opened, theme])
  if (rows.length === 0) return null
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label="Conditions, events and rebalances; the table below says the same"
      data-panel="marks"
      style={{ width: `${width}px`, height: `${height}px` }}
    />
  )
}
