import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { TimelineAnswer } from '../../web/api/answers.ts'
import { type ApiError, ask } from '../ask.ts'
import { isWithin, type Viewport } from '../lanes/viewport.ts'
import { useLive } from '../live.ts'
import { faultOf } from '../useAsk.ts'

export interface LoadedTimeline {
  readonly answer: TimelineAnswer | null
  readonly fault: ApiError | null
  readonly isLoading: boolean
  readonly reload: () => void
}

/** So many answers are put together where the lanes do not fit into one. */
const mostPages = 40

/** The timeline of a group around a view; asks again where the view leaves what is loaded, and when the group has news. */
export function useTimeline(group: string, view: Viewport): LoadedTimeline {
  const [answer, setAnswer] = useState<TimelineAnswer | null>(null)
  const [fault, setFault] = useState<ApiError | null>(null)
  const [isLoading, setLoading] = useState(true)
  const [round, setRound] = useState(0)
  const loaded = useRef<{ readonly window: Viewport; readonly round: number } | null>(null)
  useEffect(() => {
    const span = view.to - view.from
    const known = loaded.current
    if (known !== null && known.round === round && isWithin(view, known.window) && isFine(known.window, span)) return
    const window = { from: view.from - span, to: view.to + span }
    const aborting = new AbortController()
    const load = async () => {
      setLoading(true)
      try {
        const found = await wholeTimeline(group, window, aborting.signal)
        if (aborting.signal.aborted) return
        loaded.current = { window, round }
        setAnswer(found)
        setFault(null)
      } catch (error) {
        if (!aborting.signal.aborted) setFault(faultOf(error))
      }
      if (!aborting.signal.aborted) setLoading(false)
    }
    void load()
    return () => aborting.abort()
  }, [group, view.from, view.to, round])
  const reload = useCallback(() => setRound(before => before + 1), [])
  useLive(event => event.group === group, reload, 300)
  return { answer, fault, isLoading, reload }
}

/** Far closer than what was loaded, the server may have more to say. */
function isFine({ from, to }: Viewport, span: number): boolean {
  return to - from < span * 60
}

async function wholeTimeline(group: string, { from, to }: Viewport, signal: AbortSignal): Promise<TimelineAnswer> {
  const question = { group, from: Math.max(0, Math.floor(from)), to: Math.max(1, Math.ceil(to)) }
  const first = await ask('/api/timeline', question, signal)
  let [next, whole] = [first.next, first]
  for (let page = 1; next !== null && page < mostPages; page++) {
    const more = await ask('/api/timeline', { ...question, cursor: next }, signal)
    whole = joined(whole, more)
    next = more.next
  }
  return whole
}

/** Numbers of owners are those of an answer: the further one's are moved behind the first one's. */
function joined(whole: TimelineAnswer, more: TimelineAnswer): TimelineAnswer {
  const numbers = new Map(whole.owners.map(({ memberId }, at) => [memberId, at]))
  const owners = [...whole.owners]
  const numberOf = more.owners.map(owner => {
    const known = numbers.get(owner.memberId)
    if (known !== undefined) return known
    owners.push(owner)
    numbers.set(owner.memberId, owners.length - 1)
    return owners.length - 1
  })
  const lanes = more.lanes.map(lane => ({
    ...lane,
    intervals: lane.intervals.map(([from, to, owner]) => [from, to, numberOf[owner] ?? owner] as const),
  }))
  return { ...whole, owners, lanes: [...whole.lanes, ...lanes] }
}
