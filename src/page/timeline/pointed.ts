import { hitAt, ownersAt } from '../lanes/hit.ts'
import type { OwnerLook } from '../lanes/palette.ts'
import { timeAt, type Viewport } from '../lanes/viewport.ts'
import { rightMargin } from './drawLanes.ts'
import { type Mark, marksAt } from './marks.ts'
import type { TimelineModel } from './model.ts'

/** What is at a place of the picture. */
export type Pointed =
  | {
      readonly kind: 'owned'
      readonly lane: number
      readonly owner: number
      readonly from: number
      readonly to: number
    }
  | { readonly kind: 'gap'; readonly lane: number; readonly from: number; readonly to: number }
  | { readonly kind: 'member'; readonly owner: number; readonly from: number; readonly to: number }
  | { readonly kind: 'marks'; readonly marks: readonly Mark[] }
  | { readonly kind: 'time' }

export interface PointedAt {
  readonly time: number
  readonly what: Pointed
}

export interface PictureContext {
  readonly model: TimelineModel
  readonly view: Viewport
  readonly gutter: number
  /** The element around all panels. */
  readonly root: HTMLElement
}

/** Null: outside of the plots. */
export function pointedAt(event: MouseEvent, { model, view, gutter, root }: PictureContext): PointedAt | null {
  const { left, width } = root.getBoundingClientRect()
  const plot = Math.max(1, width - gutter - rightMargin)
  const x = event.clientX - left - gutter
  if (x < 0 || x > plot) return null
  const time = timeAt(view, plot, x)
  const panel = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-panel]') : null
  if (panel === null) return { time, what: { kind: 'time' } }
  const y = event.clientY - panel.getBoundingClientRect().top
  return { time, what: whatIn(panel, { model, view, x, y, time, plot }) }
}

interface Spot {
  readonly model: TimelineModel
  readonly view: Viewport
  readonly x: number
  readonly y: number
  readonly time: number
  readonly plot: number
}

function whatIn(panel: HTMLElement, { model, view, x, y, time, plot }: Spot): Pointed {
  const kind = panel.dataset['panel']
  if (kind === 'marks') {
    const cluster = marksAt(model.rows, view, { x, y, width: plot })
    return cluster === null ? { kind: 'time' } : { kind: 'marks', marks: cluster.marks }
  }
  const laneHeight = Number(panel.dataset['laneHeight'])
  const lane = Math.floor((y + panel.scrollTop) / laneHeight)
  const share = (y + panel.scrollTop) / laneHeight - lane
  if (kind === 'partitions' && lane < model.partitions.count) {
    const { partitions } = model
    const hit = hitAt(partitions, lane, time, share)
    if (hit.kind === 'gap') return { kind: 'gap', lane, from: hit.from, to: hit.to }
    if (hit.kind === 'nothing') return { kind: 'time' }
    const at = hit.interval
    const [from, to] = [partitions.starts[at] ?? 0, partitions.ends[at] ?? 0]
    return { kind: 'owned', lane, owner: partitions.owners[at] ?? 0, from, to }
  }
  if (kind === 'members' && lane < model.members.count) {
    const { members } = model
    const hit = hitAt(members, lane, time, share)
    if (hit.kind !== 'interval') return { kind: 'time' }
    const at = hit.interval
    const [from, to] = [members.starts[at] ?? 0, members.ends[at] ?? 0]
    return { kind: 'member', owner: members.owners[at] ?? 0, from, to }
  }
  return { kind: 'time' }
}

/** Who owned a partition at a time, as labels. */
export function ownersText(model: TimelineModel, looks: readonly OwnerLook[], lane: number, time: number): string {
  const owners = ownersAt(model.partitions, lane, time)
  return owners.length === 0 ? 'no owner' : owners.map(owner => looks[owner]?.label ?? '').join(', ')
}
