import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Frames } from '../lanes/frames.ts'
import { useTheme } from '../settings.ts'
import { compactText, durationText } from '../time/duration.ts'
import { smallFont } from './canvas.ts'
import { type Colours, coloursOf } from './colours.ts'
import { rightMargin } from './drawLanes.ts'

/** A point; null: not known. Points hold until the next one. */
export type ChartPoint = readonly [time: number, value: number | null]

interface ChartPanelProps {
  readonly frames: Frames
  readonly name: string
  readonly unit: 'records' | 'ms'
  readonly points: readonly ChartPoint[]
  readonly width: number
  readonly gutter: number
}

const chartHeight = 92

/** A curve on the time axis of the lanes. */
export function ChartPanel({ frames, name, unit, points, width, gutter }: ChartPanelProps) {
  const theme = useTheme()
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const data = useRef(points)
  data.current = points
  const isKnown = points.some(([, value]) => value !== null)
  useLayoutEffect(() => {
    const element = place.current
    if (element === null || width === 0 || !isKnown) return
    const made = new uPlot(
      optionsOf({ unit, width, gutter, colours: coloursOf[theme] }),
      columnsOf(data.current),
      element,
    )
    chart.current = made
    const end = frames.add(({ from, to }) => made.setScale('x', { min: from / 1000, max: to / 1000 }))
    return () => {
      end()
      made.destroy()
      chart.current = null
    }
  }, [frames, unit, width, gutter, theme, isKnown])
  useEffect(() => {
    chart.current?.setData(columnsOf(points), false)
    frames.request()
  }, [frames, points])
  if (!isKnown) {
    return (
      <p class="chart-none">
        <strong>{name}</strong>
        <span class="muted">not known: no log ends were sampled in this time</span>
      </p>
    )
  }
  return (
    <div class="chart" data-panel="chart" role="img" aria-label={labelOf(name, unit, points)}>
      <span class="chart-name" aria-hidden="true">
        {name}
      </span>
      <div ref={place} />
    </div>
  )
}

function labelOf(name: string, unit: ChartPanelProps['unit'], points: readonly ChartPoint[]): string {
  const values = points.flatMap(([, value]) => value ?? [])
  if (values.length === 0) return `${name}: not known in this time`
  const text = unit === 'ms' ? durationText : compactText
  const most = values.reduce((a, b) => Math.max(a, b))
  const last = values.at(-1) ?? 0
  return `${name}: at most ${text(most)}, ${text(last)} at the end`
}

function columnsOf(points: readonly ChartPoint[]): uPlot.AlignedData {
  return [points.map(([time]) => time / 1000), points.map(([, value]) => value)]
}

interface Look {
  readonly unit: ChartPanelProps['unit']
  readonly width: number
  readonly gutter: number
  readonly colours: Colours
}

function optionsOf({ unit, width, gutter, colours }: Look): uPlot.Options {
  const text = (value: number) => (unit === 'ms' ? (value === 0 ? '0' : durationText(value)) : compactText(value))
  const axis = { font: smallFont, stroke: colours.muted, ticks: { show: false } } as const
  return {
    width,
    height: chartHeight,
    padding: [10, rightMargin, 4, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_, __, max) => [0, Math.max(max || 0, unit === 'ms' ? 1_000 : 10) * 1.1] },
    },
    axes: [
      { ...axis, show: false },
      {
        ...axis,
        size: gutter,
        gap: 8,
        space: 26,
        splits: (_, __, ___, max) => [0, niceHalf(max, unit)],
        grid: { stroke: colours.grid, width: 1 },
        values: (_, splits) => splits.map(text),
      },
    ],
    series: [
      {},
      {
        stroke: colours.accent,
        fill: `${colours.accent}1f`,
        width: 1.5,
        points: { show: false },
        ...(uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
  }
}

/** A round value in the upper part of a scale. */
function niceHalf(max: number, unit: ChartPanelProps['unit']): number {
  const base =
    unit === 'ms' && max >= 60_000 ? (max >= 3_600_000 ? 3_600_000 : 60_000) : unit === 'ms' && max >= 1_000 ? 1_000 : 1
  const target = max / base
  let best = 1
  for (let size = 1; size <= target; size *= 10)
    for (const step of [1, 2, 5]) if (step * size <= target * 0.95) best = step * size
  return best * base
}
