import { useCallback, useEffect, useState } from 'preact/hooks'
import type { KoffEvent } from '../../events/envelope.ts'
import type { Coverage } from '../../web/api/answers.ts'
import { type ApiError, ask } from '../ask.ts'
import { follow, type LiveState } from '../live.ts'
import { timeIn } from '../location.ts'
import { faultOf } from '../useAsk.ts'

/** Filters of events as the API and the URL of the page call them. */
export const eventFilters = [
  'group',
  'groups',
  'kind',
  'type',
  'severity',
  'topic',
  'partition',
  'member',
  'instance',
  'client',
  'host',
] as const

export interface FoundEvents {
  /** The newest first; null: not known yet. */
  readonly events: readonly KoffEvent[] | null
  readonly coverage: Coverage | undefined
  readonly fault: ApiError | null
  readonly hasMore: boolean
  readonly isLoading: boolean
  readonly state: LiveState | 'past'
  readonly more: () => void
  readonly reload: () => void
}

const pageSize = 200
/** With more the oldest go: a page that is left open must not grow for ever. */
const mostEvents = 5_000

interface Found {
  readonly key: string
  readonly events: readonly KoffEvent[]
  readonly next: string | null
  readonly coverage: Coverage | undefined
}

/** Events that fit the query, the newest first, and those that happen from now on unless the query has an end. */
export function useEvents(query: URLSearchParams): FoundEvents {
  const question: Record<string, string | number> = {}
  for (const name of eventFilters) {
    const value = query.get(name)
    if (value !== null && (value !== '' || name === 'group')) question[name] = value
  }
  const [from, to] = [timeIn(query, 'from'), timeIn(query, 'to')]
  const isLive = to === null
  const key = JSON.stringify([question, from, to])
  const [found, setFound] = useState<Found | null>(null)
  const [fault, setFault] = useState<ApiError | null>(null)
  const [isLoading, setLoading] = useState(true)
  const [state, setState] = useState<LiveState>('connecting')
  const [round, setRound] = useState(0)

  useEffect(() => {
    const aborting = new AbortController()
    const load = async () => {
      setLoading(true)
      try {
        const page = await ask(
          '/api/events',
          { ...question, from, to, order: 'newest', limit: pageSize },
          aborting.signal,
        )
        if (aborting.signal.aborted) return
        setFound({ key, events: page.events.map(({ event }) => event), next: page.next, coverage: page.coverage })
        setFault(null)
      } catch (error) {
        if (!aborting.signal.aborted) setFault(faultOf(error))
      }
      if (!aborting.signal.aborted) setLoading(false)
    }
    const timer = setTimeout(() => void load(), 80)
    return () => {
      clearTimeout(timer)
      aborting.abort()
    }
  }, [key, round])

  const isThere = found !== null && found.key === key
  useEffect(() => {
    if (!isLive || !isThere) return
    const ending = new AbortController()
    void follow({
      query: question,
      signal: ending.signal,
      onEvent: event => setFound(before => (before === null || before.key !== key ? before : withNewer(before, event))),
      onState: setState,
    })
    return () => ending.abort()
  }, [key, isLive, isThere])

  const next = found?.next ?? null
  const more = useCallback(() => {
    if (next === null) return
    const load = async () => {
      setLoading(true)
      try {
        const page = await ask('/api/events', { ...question, from, to, order: 'newest', limit: pageSize, cursor: next })
        const older = page.events.map(({ event }) => event)
        setFound(before =>
          before === null || before.key !== key
            ? before
            : { ...before, events: [...before.events, ...older], next: page.next },
        )
      } catch (error) {
        setFault(faultOf(error))
      }
      setLoading(false)
    }
    void load()
  }, [key, next])
  return {
    events: isThere ? found.events : null,
    coverage: found?.coverage,
    fault,
    hasMore: next !== null,
    isLoading,
    state: isLive ? state : 'past',
    more,
    reload: useCallback(() => setRound(before => before + 1), []),
  }
}

/** Each event once: the stream may repeat what the first answer had. */
function withNewer(found: Found, event: KoffEvent): Found {
  if (found.events.slice(0, 500).some(({ id, cluster }) => id === event.id && cluster === event.cluster)) return found
  return { ...found, events: [event, ...found.events].slice(0, mostEvents) }
}
