import type { AboutAnswer } from '../../web/api/answers.ts'
import type { ApiError } from '../ask.ts'
import { around, type Viewport } from '../lanes/viewport.ts'
import { useAsk } from '../useAsk.ts'

export interface Span {
  /** From the first event of the group to the end of what is known. */
  readonly all: Viewport
  /** Whether koff follows a cluster, so that the end is now. */
  readonly isLive: boolean
}

/** A reader that is behind by less follows. */
const liveWithinMs = 180_000

export function isLive({ mode, now, readTo }: AboutAnswer): boolean {
  return mode === 'run' || readTo.some(({ time }) => time > now - liveWithinMs)
}

/** The end of what is known, where koff does not follow a cluster. */
export function endOf({ now, known }: AboutAnswer): number {
  return known?.to ?? now
}

/** From when to when there is something to see about a group. */
export function useSpan(
  group: string,
  about: AboutAnswer | null,
): { readonly span: Span | null; readonly fault: ApiError | null; readonly reload: () => void } {
  const oldest = useAsk('/api/events', { group, order: 'oldest', limit: 1 })
  const newest = useAsk('/api/events', { group, order: 'newest', limit: 1 })
  const fault = oldest.fault ?? newest.fault
  const reload = () => {
    oldest.reload()
    newest.reload()
  }
  if (about === null || oldest.answer === null || newest.answer === null) return { span: null, fault, reload }
  const live = isLive(about)
  const end = live ? about.now : endOf(about)
  const first = oldest.answer.events[0]?.event.time ?? end - 3_600_000
  const last = newest.answer.events[0]?.event.time ?? end
  const all = {
    from: Math.min(first, end - 1_000),
    to: live ? end : Math.max(last, Math.min(end, last + (last - first) * 0.1)),
  }
  return { span: { all: around(all), isLive: live }, fault, reload }
}
