import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Frames } from '../lanes/frames.ts'
import type { LaneData } from '../lanes/laneData.ts'
import type { Span } from '../lanes/marks.ts'
import type { OwnerLook } from '../lanes/palette.ts'
import { paintOf } from '../lanes/raster.ts'
import { useTheme } from '../settings.ts'
import { coloursOf } from './colours.ts'
import { LanesDrawing, type LanesPicture } from './drawLanes.ts'

export interface LanesPanelProps {
  readonly frames: Frames
  readonly data: LaneData
  readonly names: readonly string[]
  readonly looks: readonly OwnerLook[]
  readonly lines: readonly number[]
  readonly absences: readonly Span[]
  readonly width: number
  readonly gutter: number
  readonly marked: number | null
  /** All lanes in this height, however thin they get. */
  readonly fits: boolean
  readonly label: string
  readonly kind: 'partitions' | 'members'
}

/** The panel of lanes, with what was last drawn in it: tests hold it against the history. */
interface LanesElement extends HTMLDivElement {
  koffLanes?: LanesPicture
}

const comfortable = 20
const mostHeight = 460

/** Lanes on one canvas that stays while what is below it scrolls. */
export function LanesPanel(props: LanesPanelProps) {
  const { frames, data, names, looks, lines, absences, width, gutter, marked, fits, label, kind } = props
  const theme = useTheme()
  const canvas = useRef<HTMLCanvasElement>(null)
  const scroller = useRef<LanesElement>(null)
  const drawing = useRef(new LanesDrawing())
  const [scrollTop, setScrollTop] = useState(0)
  const laneHeight = fits ? Math.min(comfortable, mostHeight / Math.max(1, data.count)) : comfortable
  const height = Math.max(comfortable, Math.min(mostHeight, Math.ceil(data.count * laneHeight)))
  const picture = useMemo((): LanesPicture => {
    const colours = coloursOf[theme]
    const unit = Math.max(1, Math.round(devicePixelRatio))
    const paint = paintOf(looks, { ...colours, unit })
    return { data, names, looks, paint, colours, laneHeight, gutter, marked, lines, absences }
  }, [data, names, looks, theme, laneHeight, gutter, marked, lines, absences])

  const latest = useRef({ picture, width, height, scrollTop })
  latest.current = { picture, width, height, scrollTop }
  useLayoutEffect(
    () =>
      frames.add(view => {
        const { picture: shown, ...place } = latest.current
        if (canvas.current === null || place.width === 0) return
        drawing.current.draw(canvas.current, shown, { ...place, view, dpr: devicePixelRatio })
        if (scroller.current !== null) scroller.current.koffLanes = shown
      }),
    [frames],
  )
  useEffect(() => frames.request(), [frames, picture, width, height, scrollTop])
  useEffect(() => {
    const element = scroller.current
    if (marked === null || element === null) return
    const [top, bottom] = [marked * laneHeight, (marked + 1) * laneHeight]
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + height) element.scrollTop = bottom - height
  }, [marked, laneHeight, height])
  return (
    <div
      ref={scroller}
      class="lanes"
      style={{ height: `${height}px` }}
      data-panel={kind}
      data-lane-height={laneHeight}
      onScroll={event => setScrollTop(event.currentTarget.scrollTop)}
    >
      <canvas ref={canvas} role="img" aria-label={label} style={{ width: `${width}px`, height: `${height}px` }} />
      <div style={{ height: `${Math.max(0, data.count * laneHeight - height)}px` }} />
    </div>
  )
}
