import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Coverage } from '../../web/api/answers.ts'
import { Inspector } from '../inspector/Inspector.tsx'
import { Frames } from '../lanes/frames.ts'
import { looksOf } from '../lanes/palette.ts'
import { panned, type Viewport, zoomed } from '../lanes/viewport.ts'
import { change, isoText, timeIn } from '../location.ts'
import { Empty, Fault, Loading, NotKnown, Truncated } from '../parts/States.tsx'
import { useNow } from '../parts/Time.tsx'
import { useTheme } from '../settings.ts'
import { LaneTable } from '../timeline/LaneTable.tsx'
import { modelOf } from '../timeline/model.ts'
import { Timeline } from '../timeline/Timeline.tsx'
import { useAsk } from '../useAsk.ts'
import { eventAt } from './eventAt.ts'
import { PictureTools } from './PictureTools.tsx'
import type { Span } from './useSpan.ts'
import { useTimeline } from './useTimeline.ts'

interface GroupPictureProps {
  readonly group: string
  readonly span: Span
  readonly query: URLSearchParams
  /** The view that the URL gives. */
  readonly given: Viewport | null
}

/** What a live group shows first, ms. */
const firstMs = 3_600_000

const settleMs = 180

/** The timeline of a group with its tools, the tables that say the same, and what is chosen in it. */
export function GroupPicture({ group, span, query, given }: GroupPictureProps) {
  const theme = useTheme()
  const [follows, setFollows] = useState<number | null>(given !== null ? null : followsFirst(span))
  const [frames] = useState(() => new Frames(given ?? (follows === null ? span.all : lastView(follows))))
  const [view, setView] = useState(frames.view)
  const [fits, setFits] = useState(false)
  const [asTable, setAsTable] = useState(false)
  const now = useNow(span.isLive ? null : span.all.to, follows === null ? 5_000 : 1_000)
  const [at, opened] = [timeIn(query, 'at'), query.get('event')]
  const timeline = useTimeline(group, view)
  const model = useMemo(() => (timeline.answer === null ? null : modelOf(timeline.answer, now)), [timeline.answer, now])
  const looks = useMemo(() => looksOf(model?.owners ?? [], theme), [model?.owners, theme])
  const progress = useProgress(group, view, follows === null ? null : now)

  const isOwn = useRef(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const end = frames.onChange(() => {
      // Not before the reader has stopped: tables and questions would take the time of the next frame.
      if (timer !== null) clearTimeout(timer)
      timer = setTimeout(() => setView(frames.view), settleMs)
    })
    return () => {
      end()
      if (timer !== null) clearTimeout(timer)
    }
  }, [frames])
  useEffect(() => {
    if (follows !== null) frames.show(lastView(follows, now))
  }, [frames, follows, now])
  useEffect(() => {
    if (follows === null && isOwn.current) change({ from: isoText(view.from), to: isoText(view.to) })
  }, [view, follows])
  useEffect(() => {
    // Back and forward, and links within the page, bring their own view.
    if (given === null || (isNear(given, frames.view) && follows === null)) return
    setFollows(null)
    frames.show(given)
  }, [given?.from, given?.to])

  const moved = useCallback(() => {
    isOwn.current = true
    setFollows(null)
  }, [])
  const show = (next: Viewport) => {
    moved()
    frames.show(next)
  }
  const bounds = { from: span.all.from, to: Math.max(span.all.to, span.isLive ? now : 0) }
  if (model === null) {
    return (
      <div class="card">
        {timeline.fault === null ? (
          <Loading what="the timeline" rows={10} />
        ) : (
          <Fault fault={timeline.fault} retry={timeline.reload} />
        )}
      </div>
    )
  }
  const isEmpty = model.partitions.count + model.members.count + model.rows.length === 0
  const hasInspector = at !== null || opened !== null
  return (
    <>
      <NotKnown coverage={coverageIn(timeline.answer?.coverage, view, now)} />
      <Truncated truncated={timeline.answer?.truncated ?? null} />
      <div class={hasInspector ? 'with-inspector' : ''}>
        <section class="card picture" aria-label="What happened over time" aria-busy={timeline.isLoading}>
          <PictureTools
            span={span}
            follows={follows}
            fits={fits}
            asTable={asTable}
            canFit={model.partitions.count > 22 || model.members.count > 22}
            onLast={ms => {
              if (ms === null) {
                show(bounds)
                return
              }
              if (span.isLive) {
                change({ from: null, to: null })
                setFollows(ms)
              } else show({ from: bounds.to - ms, to: bounds.to })
            }}
            onZoom={factor => show(zoomed(frames.view, middleOf(frames.view), factor))}
            onPan={share => show(panned(frames.view, share))}
            onFits={() => setFits(!fits)}
            onTable={() => setAsTable(!asTable)}
          />
          {isEmpty ? (
            <Empty title="Nothing in this time">
              <p>
                No member, owner, rebalance or condition of this group is known in this time. “All” shows the time in
                which there are some.
              </p>
            </Empty>
          ) : null}
          <Timeline
            frames={frames}
            model={model}
            lag={progress.lag}
            lagMs={progress.lagMs}
            bounds={bounds}
            all={bounds}
            at={at}
            opened={opened}
            fits={fits}
            onMove={moved}
            onPoint={pointed => {
              change({ at: isoText(pointed.time), event: null }, 'push')
              void eventAt(group, pointed, model).then(event => event !== null && change({ event }))
            }}
          />
        </section>
        {hasInspector ? <Inspector group={group} at={at} event={opened} /> : null}
      </div>
      <LaneTable model={model} looks={looks} view={view} isSeen={asTable} open={event => change({ event }, 'push')} />
    </>
  )
}

function followsFirst({ isLive, all }: Span): number | null {
  return isLive && all.to - all.from > 120_000
    ? Math.min(firstMs, Math.ceil((all.to - all.from) / 60_000) * 60_000)
    : isLive
      ? 120_000
      : null
}

/** The last so many ms, with a margin in which what comes next appears. */
function lastView(ms: number, now = Date.now()): Viewport {
  return { from: now - ms, to: now + ms * 0.03 }
}

/** Within so many ms of the end of what is known, what is there is only being written, ms. */
const writtenWithinMs = 60_000

/** What of the time in view is not known: the question was about more than that, and nothing is known of the future. */
function coverageIn(coverage: Coverage | undefined, view: Viewport, until: number): Coverage | undefined {
  if (coverage === undefined) return undefined
  const end = Math.min(view.to, until - writtenWithinMs)
  const notKnown = coverage.notKnown.filter(
    ({ from, to }) => (to === null || to > view.from) && (from === null || from < end),
  )
  return { complete: notKnown.length === 0, notKnown }
}

function middleOf({ from, to }: Viewport): number {
  return (from + to) / 2
}

function isNear(a: Viewport, b: Viewport): boolean {
  return Math.abs(a.from - b.from) < 2 && Math.abs(a.to - b.to) < 2
}

function useProgress(group: string, { from, to }: Viewport, now: number | null) {
  const grain = Math.max(1_000, Math.round((to - from) / 8))
  const question = {
    group,
    from: Math.max(0, Math.floor(from / grain) * grain - grain),
    to: Math.ceil((now === null ? to : Math.max(to, now)) / grain) * grain + grain,
    points: 600,
  }
  const { answer } = useAsk('/api/progress', question)
  return useMemo(() => {
    const total = answer?.total ?? []
    return {
      lag: total.map(([time, lag]) => [time, lag] as const),
      lagMs: total.map(([time, , lagMs]) => [time, lagMs] as const),
    }
  }, [answer])
}
