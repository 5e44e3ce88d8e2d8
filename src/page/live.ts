import { useEffect, useRef, useState } from 'preact/hooks'
import type { KoffEvent } from '../events/envelope.ts'
import { keptToken, type Query, urlOf } from './ask.ts'
import { eventsIn, type ServerEvent } from './serverEvents.ts'

export type LiveState = 'connecting' | 'live' | 'cut'

export interface FollowOptions {
  readonly query: Query
  readonly signal: AbortSignal
  readonly onEvent: (event: KoffEvent, id: string) => void
  readonly onState: (state: LiveState) => void
}

const retryMs = 1_000
const longestRetryMs = 15_000

/**
 * Follows the event stream until the signal aborts. After a cut it goes on behind the last event that arrived
 * (`Last-Event-ID`). It is read by fetch: an EventSource cannot send a token.
 */
export async function follow({ query, signal, onEvent, onState }: FollowOptions): Promise<void> {
  let lastId: string | null = null
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const event of connected(query, lastId, signal)) {
        if (event === 'open') {
          failures = 0
          onState('live')
          continue
        }
        if (event.id !== null) lastId = event.id
        if (event.data !== '') onEvent(JSON.parse(event.data) as KoffEvent, event.id ?? '')
      }
    } catch {
      // A cut is no error here: the state says so, and the next attempt follows.
    }
    if (signal.aborted) return
    failures++
    onState('cut')
    await pause(Math.min(longestRetryMs, retryMs * 2 ** Math.min(failures - 1, 4)), signal)
  }
}

async function* connected(
  query: Query,
  lastId: string | null,
  signal: AbortSignal,
): AsyncGenerator<'open' | ServerEvent> {
  const token = keptToken()
  const headers = {
    accept: 'text/event-stream',
    ...(lastId === null ? {} : { 'last-event-id': lastId }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(urlOf('/api/events/stream', query), { headers, signal, cache: 'no-store' })
  if (!response.ok || response.body === null) throw new Error(`koff answered with ${response.status}`)
  yield 'open'
  yield* eventsIn(response.body)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

type Listener = (event: KoffEvent) => void

const listeners = new Set<Listener>()
const stateListeners = new Set<(state: LiveState) => void>()
let state: LiveState = 'connecting'
let running: AbortController | null = null

/** One stream of all events for the whole page, for as long as something listens. */
function listen(listener: Listener): () => void {
  listeners.add(listener)
  if (running === null) {
    running = new AbortController()
    void follow({
      query: {},
      signal: running.signal,
      onEvent: event => listeners.forEach(one => one(event)),
      onState: now => {
        state = now
        stateListeners.forEach(one => one(now))
      },
    })
  }
  return () => void listeners.delete(listener)
}

/** Calls `react` at most once in `everyMs`, after events that `concerns` says yes to, and after a cut. */
export function useLive(concerns: (event: KoffEvent) => boolean, react: () => void, everyMs = 500): void {
  const latest = useRef({ concerns, react })
  latest.current = { concerns, react }
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    const due = () => {
      timer ??= setTimeout(() => {
        timer = null
        latest.current.react()
      }, everyMs)
    }
    const end = listen(event => {
      if (latest.current.concerns(event)) due()
    })
    return () => {
      end()
      if (timer !== null) clearTimeout(timer)
    }
  }, [everyMs])
}

export function useLiveState(): LiveState {
  const [now, setNow] = useState(state)
  useEffect(() => {
    const end = listen(() => undefined)
    stateListeners.add(setNow)
    setNow(state)
    return () => {
      end()
      stateListeners.delete(setNow)
    }
  }, [])
  return now
}
