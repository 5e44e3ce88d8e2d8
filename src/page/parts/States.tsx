import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Coverage, TimelineAnswer } from '../../web/api/answers.ts'
import { type ApiError, keepToken } from '../ask.ts'
import { useZone } from '../settings.ts'
import { timeText, zoneText } from '../time/clock.ts'

/** While the first answer is on its way. */
export function Loading({ what, rows = 6 }: { readonly what: string; readonly rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading {what}</span>
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} class={`bone bone-${at % 4}`} />
      ))}
    </div>
  )
}

interface EmptyProps {
  readonly title: string
  /** Of its heading. */
  readonly level?: 1 | 2
  readonly children?: ComponentChildren
}

/** Where there is nothing to show, what that means. */
export function Empty({ title, level = 2, children }: EmptyProps) {
  const Heading = `h${level}` as const
  return (
    <div class="state">
      <Heading>{title}</Heading>
      {children}
    </div>
  )
}

/** What went wrong, and what to do. */
export function Fault({ fault, retry }: { readonly fault: ApiError; readonly retry: () => void }) {
  if (fault.status === 401) return <TokenForm retry={retry} />
  return (
    <div class="state" role="alert">
      <h2>{faultTitle(fault)}</h2>
      <p>{fault.message}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

function faultTitle({ status }: ApiError): string {
  if (status === 0) return 'No connection to koff'
  if (status === 404) return 'Not found'
  if (status === 503 || status === 504) return 'The answer takes too long'
  return status >= 500 ? 'koff could not answer' : 'koff did not take the question'
}

function TokenForm({ retry }: { readonly retry: () => void }) {
  const [token, setToken] = useState('')
  const submit = (event: Event) => {
    event.preventDefault()
    keepToken(token.trim())
    retry()
  }
  return (
    <form class="state" onSubmit={submit}>
      <h2>This koff wants a token</h2>
      <p>It is in the file that http.tokenFile names. The browser keeps it until this tab is closed.</p>
      <label class="token">
        <span class="hidden">Token</span>
        <input
          class="field"
          type="password"
          autocomplete="off"
          placeholder="Token"
          value={token}
          onInput={event => setToken(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button">
        Open
      </button>
    </form>
  )
}

/** Says that there is more than an answer holds. */
export function Truncated({ truncated }: Pick<TimelineAnswer, 'truncated'>) {
  const zone = useZone()
  if (truncated === null) return null
  const { marksBefore, conditionsBefore, membersBefore } = truncated
  const times = [marksBefore, conditionsBefore, membersBefore].filter(time => time !== undefined)
  if (times.length === 0) return null
  return (
    <div class="note" role="status">
      <span>
        <strong>More happened than is shown.</strong> Rebalances, events, conditions or members before{' '}
        {timeText(Math.max(...times), zone)} are left out: zoom in to see them.
      </span>
    </div>
  )
}

/** Says what of the time in question koff does not know. */
export function NotKnown({ coverage }: { readonly coverage: Coverage | undefined }) {
  const zone = useZone()
  if (coverage === undefined || coverage.complete || coverage.notKnown.length === 0) return null
  const text = (time: number) => `${timeText(time, zone)} ${zoneText(zone, time)}`
  const befores = coverage.notKnown.flatMap(({ to }) => to ?? [])
  const afters = coverage.notKnown.flatMap(({ from }) => from ?? [])
  const what =
    befores.length > 0
      ? `Not known before ${text(Math.max(...befores))}`
      : afters.length > 0
        ? `Not known after ${text(Math.min(...afters))}`
        : 'Not known'
  return (
    <div class="note warn" role="status">
      <span>
        <strong>{what}.</strong> What is shown of the time outside may be incomplete.
      </span>
    </div>
  )
}
