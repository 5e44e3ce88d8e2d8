import type { OwnerLook } from '../lanes/palette.ts'
import { typeText } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { clockText, type Zone } from '../time/clock.ts'
import { durationText } from '../time/duration.ts'
import { isAbsent, type TimelineModel } from './model.ts'
import type { PointedAt } from './pointed.ts'

interface TooltipProps {
  readonly pointed: PointedAt
  readonly model: TimelineModel
  readonly looks: readonly OwnerLook[]
  readonly x: number
  readonly y: number
  readonly width: number
}

const tipWidth = 270

/** What the pointer is over; the panel beside the picture says it all, and to the keyboard too. */
export function Tooltip({ pointed, model, looks, x, y, width }: TooltipProps) {
  const zone = useZone()
  const lines = linesOf(pointed, { model, looks, zone })
  if (lines === null) return null
  const left = x + 16 + tipWidth > width ? Math.max(4, x - tipWidth - 12) : x + 16
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${left}px`, top: `${y + 16}px`, maxWidth: `${tipWidth}px` }}>
      {lines.map((line, at) => (
        <div key={at} class={at === 0 ? 'strong' : 'muted'}>
          {line}
        </div>
      ))}
    </div>
  )
}

interface Context {
  readonly model: TimelineModel
  readonly looks: readonly OwnerLook[]
  readonly zone: Zone
}

function linesOf({ what }: PointedAt, { model, looks, zone }: Context): readonly string[] | null {
  const span = (from: number, to: number) =>
    `${clockText(from, zone)} – ${to >= model.until ? 'still' : clockText(to, zone)} · ${durationText(to - from)}`
  switch (what.kind) {
    case 'owned': {
      const owner = model.owners[what.owner]
      return [
        `${model.partitionNames[what.lane] ?? ''}: ${looks[what.owner]?.label ?? ''}`,
        span(what.from, what.to),
        owner === undefined ? '' : `${owner.host} ${owner.memberId}`.trim(),
      ]
    }
    case 'gap':
      return [
        `${model.partitionNames[what.lane] ?? ''}: no owner`,
        span(what.from, what.to),
        isAbsent(model, what.from) ? 'The group has no members' : '',
      ]
    case 'member':
      return [
        looks[what.owner]?.label ?? '',
        `member ${span(what.from, what.to)}`,
        model.owners[what.owner]?.memberId ?? '',
      ]
    case 'marks': {
      const [first] = what.marks
      if (first === undefined) return null
      if (what.marks.length === 1) {
        return [first.text, first.to === first.from ? clockText(first.from, zone) : span(first.from, first.to)]
      }
      const counts = new Map<string, number>()
      for (const { type } of what.marks) counts.set(type, (counts.get(type) ?? 0) + 1)
      return [
        `${what.marks.length} here: zoom in`,
        ...[...counts].map(([type, count]) => `${count} × ${typeText(type)}`),
      ]
    }
    case 'time':
      return null
  }
}
