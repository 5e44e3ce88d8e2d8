import { useEffect, useState } from 'preact/hooks'
import { useZone } from '../settings.ts'
import { clockText, timeText, zoneText } from '../time/clock.ts'
import { agoText } from '../time/duration.ts'

interface TimeProps {
  readonly at: number
  readonly digits?: 0 | 3
  /** Only the clock, where the day is said beside it. */
  readonly short?: boolean
}

export function Time({ at, digits = 0, short = false }: TimeProps) {
  const zone = useZone()
  const other = zone === 'utc' ? 'local' : 'utc'
  const title = `${timeText(at, zone, 3)} ${zoneText(zone, at)}\n${timeText(at, other, 3)} ${zoneText(other, at)}`
  return (
    <time dateTime={isoOf(at)} title={title}>
      {short ? clockText(at, zone, digits) : timeText(at, zone, digits)}
    </time>
  )
}

/** How long ago something was; the whole time is its title. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }) {
  const zone = useZone()
  return (
    <time dateTime={isoOf(at)} title={`${timeText(at, zone)} ${zoneText(zone, at)}`}>
      {agoText(at, now)}
    </time>
  )
}

function isoOf(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/** The present, every so often; a place that stands at a time has that one. */
export function useNow(fixed: number | null, everyMs = 5_000): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (fixed !== null) return
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [fixed, everyMs])
  return fixed ?? now
}
