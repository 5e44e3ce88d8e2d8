import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Frames } from '../lanes/frames.ts'
import { nextChange } from '../lanes/hit.ts'
import { looksOf } from '../lanes/palette.ts'
import { clamped, type Viewport, xOf } from '../lanes/viewport.ts'
import { useNarrow, useTheme, useZone } from '../settings.ts'
import { clockText } from '../time/clock.ts'
import { AxisPanel } from './AxisPanel.tsx'
import { ChartPanel, type ChartPoint } from './ChartPanel.tsx'
import { useWidth } from './canvas.ts'
import { rightMargin } from './drawLanes.ts'
import { gestures, viewForKey } from './gestures.ts'
import { LanesPanel } from './LanesPanel.tsx'
import { MarksPanel } from './MarksPanel.tsx'
import type { TimelineModel } from './model.ts'
import { ownersText, type PointedAt, pointedAt } from './pointed.ts'
import { Tooltip } from './Tooltip.tsx'

export interface TimelineProps {
  readonly frames: Frames
  readonly model: TimelineModel
  readonly lag: readonly ChartPoint[]
  readonly lagMs: readonly ChartPoint[]
  readonly bounds: Viewport
  readonly all: Viewport
  /** Where the cursor stands; null: there is none. */
  readonly at: number | null
  readonly opened: string | null
  readonly fits: boolean
  readonly onPoint: (pointed: PointedAt) => void
  readonly onMove: () => void
}

/** The picture of a group: marks, lanes of partitions and members, curves, all on one time axis. */
export function Timeline(props: TimelineProps) {
  const { frames, model, lag, lagMs, bounds, all, at, opened, fits, onPoint, onMove } = props
  const theme = useTheme()
  const zone = useZone()
  const gutter = useNarrow() ? 80 : 150
  const [root, width] = useWidth<HTMLDivElement>()
  const [hover, setHover] = useState<{ readonly pointed: PointedAt; readonly x: number; readonly y: number } | null>(
    null,
  )
  const [marked, setMarked] = useState<number | null>(null)
  const looks = useMemo(() => looksOf(model.owners, theme), [model.owners, theme])
  const memberNames = useMemo(
    () => model.memberOwners.map(owner => looks[owner]?.label ?? ''),
    [model.memberOwners, looks],
  )
  const latest = useRef({ model, gutter, bounds, onPoint, onMove })
  latest.current = { model, gutter, bounds, onPoint, onMove }

  const pointed = (event: MouseEvent) => {
    const element = root.current
    return element === null ? null : pointedAt(event, { ...latest.current, view: frames.view, root: element })
  }
  useLayoutEffect(() => {
    const element = root.current
    if (element === null) return
    return gestures(element, {
      frames,
      gutter: () => latest.current.gutter,
      bounds: () => latest.current.bounds,
      onTap: event => {
        const found = pointed(event)
        if (found === null) return
        setMarked('lane' in found.what ? found.what.lane : null)
        latest.current.onPoint(found)
      },
      onMove: () => {
        setHover(null)
        latest.current.onMove()
      },
    })
  }, [frames])

  const hovered = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.pointerType !== 'mouse' || event.buttons !== 0) return
    const found = pointed(event)
    const { left, top } = event.currentTarget.getBoundingClientRect()
    setHover(found === null ? null : { pointed: found, x: event.clientX - left, y: event.clientY - top })
  }

  const pressed = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return
    const { view } = frames
    const middle = at !== null && at > view.from && at < view.to ? at : (view.from + view.to) / 2
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1
      const next = marked === null ? 0 : Math.max(0, Math.min(model.partitions.count - 1, marked + step))
      if (model.partitions.count > 0) setMarked(next)
    } else if (event.key === ',' || event.key === '.') step(event.key === '.' ? 1 : -1, middle)
    else if (event.key === 'Enter') onPoint({ time: middle, what: { kind: 'time' } })
    else {
      const next = viewForKey(event.key, view, middle, all)
      if (next === null) return
      onMove()
      frames.show(clamped(next, bounds))
    }
    event.preventDefault()
  }
  /** To the next change of the marked lane, or to the next rebalance where no lane is marked. */
  const step = (direction: 1 | -1, from: number) => {
    const times = direction === 1 ? model.rebalanceTimes : [...model.rebalanceTimes].reverse()
    const next =
      marked === null
        ? (times.find(time => (time - from) * direction > 0) ?? null)
        : nextChange(model.partitions, marked, from, direction)
    if (next === null) return
    const { view } = frames
    if (next < view.from || next > view.to) {
      const half = (view.to - view.from) / 2
      frames.show(clamped({ from: next - half, to: next + half }, bounds))
    }
    onPoint({ time: next, what: { kind: 'time' } })
  }

  const said =
    marked === null || at === null
      ? ''
      : `${model.partitionNames[marked] ?? ''} at ${clockText(at, zone)}: ${ownersText(model, looks, marked, at)}`
  return (
    <div
      ref={root}
      class="timeline"
      role="application"
      tabIndex={0}
      aria-label="Timeline of the group. Left and right pan, plus and minus zoom, 0 shows all, up and down choose a partition, comma and full stop go to its changes, Enter sets the cursor. The tables below say the same."
      aria-describedby="timeline-said"
      onKeyDown={pressed}
      onPointerMove={hovered}
      onPointerLeave={() => setHover(null)}
    >
      <AxisPanel frames={frames} width={width} gutter={gutter} />
      <MarksPanel frames={frames} rows={model.rows} width={width} gutter={gutter} opened={opened} />
      {model.partitions.count === 0 ? null : (
        <>
          <PanelHead name="Partitions" count={model.partitions.count} />
          <LanesPanel
            frames={frames}
            data={model.partitions}
            names={model.partitionNames}
            looks={looks}
            lines={model.rebalanceTimes}
            absences={model.absences}
            width={width}
            gutter={gutter}
            marked={marked}
            fits={fits}
            kind="partitions"
            label="Owners of partitions over time; the table below says the same"
          />
        </>
      )}
      {model.members.count === 0 ? null : (
        <>
          <PanelHead name="Members" count={model.members.count} />
          <LanesPanel
            frames={frames}
            data={model.members}
            names={memberNames}
            looks={looks}
            lines={none}
            absences={none}
            width={width}
            gutter={gutter}
            marked={null}
            fits={fits}
            kind="members"
            label="Members over time; the table below says the same"
          />
        </>
      )}
      <ChartPanel frames={frames} name="Lag" unit="records" points={lag} width={width} gutter={gutter} />
      <ChartPanel frames={frames} name="Lag in time" unit="ms" points={lagMs} width={width} gutter={gutter} />
      <Cursor frames={frames} at={at} gutter={gutter} width={width} label={at === null ? '' : clockText(at, zone)} />
      {hover === null ? null : (
        <>
          <div class="cursor hover" style={{ transform: `translateX(${hover.x}px)` }} />
          <Tooltip {...hover} model={model} looks={looks} width={width} />
        </>
      )}
      <span id="timeline-said" class="hidden" aria-live="polite">
        {said}
      </span>
    </div>
  )
}

const none: readonly never[] = []

function PanelHead({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <h2 class="panel-head">
      {name} <span class="muted">{count.toLocaleString('en-US')}</span>
    </h2>
  )
}

interface CursorProps {
  readonly frames: Frames
  readonly at: number | null
  readonly gutter: number
  readonly width: number
  readonly label: string
}

function Cursor({ frames, at, gutter, width, label }: CursorProps) {
  const line = useRef<HTMLDivElement>(null)
  const latest = useRef({ at, gutter, width })
  latest.current = { at, gutter, width }
  useLayoutEffect(
    () =>
      frames.add(view => {
        const { at: time, gutter: left, width: all } = latest.current
        if (line.current === null || time === null) return
        const plot = all - left - rightMargin
        const x = xOf(view, plot, time)
        line.current.style.transform = `translateX(${left + x}px)`
        line.current.style.visibility = x < 0 || x > plot ? 'hidden' : 'visible'
      }),
    [frames],
  )
  useEffect(() => frames.request(), [frames, at, gutter, width])
  if (at === null) return null
  return (
    <div ref={line} class="cursor" aria-hidden="true">
      <span>{label}</span>
    </div>
  )
}
