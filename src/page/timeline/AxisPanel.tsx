import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { ticksOf } from '../lanes/axis.ts'
import type { Frames } from '../lanes/frames.ts'
import { type Viewport, xOf } from '../lanes/viewport.ts'
import { useTheme, useZone } from '../settings.ts'
import { dayText, zoneText } from '../time/clock.ts'
import { contextOf, fitted, smallFont } from './canvas.ts'
import { coloursOf } from './colours.ts'
import { rightMargin } from './drawLanes.ts'

interface AxisPanelProps {
  readonly frames: Frames
  readonly width: number
  readonly gutter: number
}

export const axisHeight = 30

/** The times that all panels share. */
export function AxisPanel({ frames, width, gutter }: AxisPanelProps) {
  const theme = useTheme()
  const zone = useZone()
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef({ theme, zone, width, gutter })
  latest.current = { theme, zone, width, gutter }
  useLayoutEffect(
    () =>
      frames.add(view => {
        if (canvas.current !== null) draw(canvas.current, view, latest.current)
      }),
    [frames],
  )
  useEffect(() => frames.request(), [frames, theme, zone, width, gutter])
  return (
    <canvas
      ref={canvas}
      aria-hidden="true"
      data-panel="axis"
      style={{ width: `${width}px`, height: `${axisHeight}px` }}
    />
  )
}

interface AxisLook {
  readonly theme: 'light' | 'dark'
  readonly zone: 'local' | 'utc'
  readonly width: number
  readonly gutter: number
}

function draw(canvas: HTMLCanvasElement, view: Viewport, { theme, zone, width, gutter }: AxisLook): void {
  const context = contextOf(canvas, { width, height: axisHeight, dpr: devicePixelRatio })
  if (context === null) return
  const colours = coloursOf[theme]
  const plot = width - gutter - rightMargin
  context.font = smallFont
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  context.fillStyle = colours.muted
  const day = dayText(view.from, zone)
  context.fillText(
    fitted(
      gutter > 100
        ? `${day} ${zone === 'utc' ? 'UTC' : zoneText(zone, view.from).replace('local, ', '')}`
        : day.slice(5),
      gutter + 6,
    ),
    gutter - 8,
    axisHeight / 2,
  )
  context.textAlign = 'center'
  for (const { time, text, isMajor } of ticksOf(view, plot, zone, gutter > 100 ? 84 : 64)) {
    const x = gutter + xOf(view, plot, time)
    context.fillStyle = colours.line
    context.fillRect(Math.round(x), axisHeight - 6, 1, 6)
    context.fillStyle = isMajor ? colours.text : colours.muted
    if (x > gutter + 14 && x < width - 20) context.fillText(text, x, axisHeight / 2 - 1)
  }
  context.fillStyle = colours.line
  context.fillRect(gutter, axisHeight - 1, plot, 1)
}
