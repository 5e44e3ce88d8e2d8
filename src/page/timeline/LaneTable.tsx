import { bandRanges, firstEndingAfter, type LaneData } from '../lanes/laneData.ts'
import type { OwnerLook } from '../lanes/palette.ts'
import type { Viewport } from '../lanes/viewport.ts'
import { useZone } from '../settings.ts'
import { clockText, dayText, zoneText } from '../time/clock.ts'
import type { MarkRow } from './marks.ts'
import type { TimelineModel } from './model.ts'

interface LaneTableProps {
  readonly model: TimelineModel
  readonly looks: readonly OwnerLook[]
  readonly view: Viewport
  /** False: for screen readers only. */
  readonly isSeen: boolean
  readonly open: (event: string) => void
}

/** More than these in a row, or in all, are said as a count. */
const mostInRow = 40
const mostInAll = 2_000

/** The picture as tables: who owned what, who was a member, and what happened, in the time that is in view. */
export function LaneTable({ model, looks, view, isSeen, open }: LaneTableProps) {
  const zone = useZone()
  const { partitions, partitionNames, members, memberOwners, rows } = model
  const time = (at: number) => (at >= model.until ? 'now' : clockText(at, zone, 3))
  const when = `${dayText(view.from, zone)} ${clockText(view.from, zone)} to ${dayText(view.to, zone)} ${clockText(view.to, zone)}, ${zoneText(zone, view.from)}`
  let room = mostInAll
  const lanesOf = (data: LaneData, names: readonly string[], isOwned: boolean) =>
    names.map((name, lane) => {
      const parts = laneParts(data, lane, view, isOwned)
      const shown = parts.slice(0, Math.max(1, Math.min(mostInRow, room)))
      room -= shown.length
      return (
        <tr key={name}>
          <th scope="row" class="name">
            {name}
          </th>
          <td>
            <ol class="parts">
              {shown.map(({ owner, from, to }) => (
                <li key={`${from} ${owner}`} data-owner={owner} data-from={from} data-to={to}>
                  {owner === null ? 'no owner' : (looks[owner]?.label ?? '')} {time(from)} to {time(to)}
                </li>
              ))}
              {parts.length > shown.length ? (
                <li>and {parts.length - shown.length} more: zoom in to see them</li>
              ) : null}
            </ol>
          </td>
        </tr>
      )
    })
  return (
    <div class={isSeen ? 'card scroll-x lane-tables' : 'hidden'}>
      <table class="table" aria-label="Owners of partitions">
        <caption>Owners of partitions, {when}</caption>
        <Heads names={['Partition', 'Owners']} />
        <tbody>{lanesOf(partitions, partitionNames, true)}</tbody>
      </table>
      <table class="table" aria-label="Members">
        <caption>Members, {when}</caption>
        <Heads names={['Member', 'From when to when']} />
        <tbody>
          {lanesOf(
            members,
            memberOwners.map(owner => looks[owner]?.label ?? ''),
            false,
          )}
        </tbody>
      </table>
      <table class="table" aria-label="Conditions, events and rebalances">
        <caption>Conditions, events and rebalances, {when}</caption>
        <Heads names={['From', 'To', 'What']} />
        <tbody>
          {marksIn(rows, view).map(({ id, from, to, text }) => (
            <tr key={id}>
              <td>{time(from)}</td>
              <td>{time(to)}</td>
              <td>
                <button type="button" class="link" tabIndex={isSeen ? 0 : -1} onClick={() => open(id)}>
                  {text}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heads({ names }: { readonly names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map(name => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

interface Part {
  /** Null: no owner. */
  readonly owner: number | null
  readonly from: number
  readonly to: number
}

/** Intervals of a lane in view, and the gaps between them. */
export function laneParts(data: LaneData, lane: number, view: Viewport, hasGaps: boolean): readonly Part[] {
  const parts: Part[] = []
  for (const [low, high] of bandRanges(data, lane)) {
    for (let at = firstEndingAfter(data, low, high, view.from); at < high; at++) {
      const [from, to] = [data.starts[at] ?? 0, data.ends[at] ?? 0]
      if (from >= view.to) break
      parts.push({ owner: data.owners[at] ?? 0, from, to })
    }
  }
  parts.sort((a, b) => a.from - b.from)
  return hasGaps ? withGaps(parts, data.lives[lane] ?? [0, 0], view) : parts
}

function withGaps(parts: readonly Part[], [first, last]: readonly [number, number], view: Viewport): readonly Part[] {
  const all: Part[] = []
  let at = Math.max(first, Math.min(view.from, parts[0]?.from ?? view.from))
  for (const part of parts) {
    if (part.from > at) all.push({ owner: null, from: at, to: part.from })
    all.push(part)
    at = Math.max(at, part.to)
  }
  const end = Math.min(last, view.to)
  if (end > at && first < view.to) all.push({ owner: null, from: at, to: end })
  return all
}

function marksIn(rows: readonly MarkRow[], { from, to }: Viewport) {
  return rows
    .flatMap(({ marks }) => marks.filter(mark => mark.to >= from && mark.from <= to))
    .sort((a, b) => a.from - b.from)
    .slice(0, 500)
}
