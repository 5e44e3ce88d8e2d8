import { type Parts, partsOf, type Zone } from '../time/clock.ts'
import type { Viewport } from './viewport.ts'

export interface Tick {
  readonly time: number
  readonly text: string
  /** The first tick of a day, or of what the ticks are a part of. */
  readonly isMajor: boolean
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Steps between ticks, ms. */
const steps = [
  ...[100, 200, 500].map(ms => ms),
  ...[1, 2, 5, 10, 15, 30].map(count => count * second),
  ...[1, 2, 5, 10, 15, 30].map(count => count * minute),
  ...[1, 2, 3, 6, 12].map(count => count * hour),
  ...[1, 2, 7, 14, 28, 91, 182].map(count => count * day),
]

/** Ticks of an axis, at least `gap` pixels apart. */
export function ticksOf(view: Viewport, width: number, zone: Zone, gap = 84): readonly Tick[] {
  const span = view.to - view.from
  const step = steps.find(one => (one / span) * width >= gap) ?? 365 * day
  const ticks: Tick[] = []
  for (let time = firstTick(view.from, step, zone); time <= view.to; time = nextTick(time, step, zone)) {
    const parts = partsOf(time, zone)
    if (parts === null) break
    ticks.push({ time, ...labelOf(parts, time, step) })
    if (ticks.length > 500) break
  }
  return ticks
}

/** Ticks stand at whole local times: a zone's offset can be other than whole hours, and changes over the year. */
function firstTick(from: number, step: number, zone: Zone): number {
  const offset = offsetOf(from, zone)
  return Math.ceil((from + offset) / step) * step - offset
}

function nextTick(time: number, step: number, zone: Zone): number {
  const next = time + step
  return next - (offsetOf(next, zone) - offsetOf(time, zone)) * (step >= hour ? 1 : 0)
}

function offsetOf(time: number, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(time).getTimezoneOffset() * minute
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number) => String(value).padStart(2, '0')

function labelOf(parts: Parts, time: number, step: number): { readonly text: string; readonly isMajor: boolean } {
  const { month, day: date, hour: hours, minute: minutes, second: seconds } = parts
  const ms = ((time % second) + second) % second
  const isMidnight = hours === 0 && minutes === 0 && seconds === 0 && ms === 0
  if (isMidnight) return { text: `${date} ${months[month - 1] ?? ''}`, isMajor: true }
  const clock = `${two(hours)}:${two(minutes)}`
  if (step >= minute) return { text: clock, isMajor: false }
  if (step >= second) return { text: `${clock}:${two(seconds)}`, isMajor: seconds === 0 }
  return { text: `${clock}:${two(seconds)}.${Math.floor(ms / 100)}`, isMajor: ms === 0 }
}
