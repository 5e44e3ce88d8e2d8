import { type ErrorCode, KoffError } from '../../base/errors.ts'
import { serverText } from '../../base/serverText.ts'
import { systemReason, tlsFault, tlsVersionAdvice } from '../../base/systemReason.ts'
import type { Answer } from './exchange.ts'

export interface Addressed {
  /** `webhook https://hooks.example.com`: nothing of the path, which may be a secret. */
  readonly place: string
  /** What koff sent and must not appear in a log. */
  readonly secrets: readonly string[]
  readonly timeoutMs: number
}

/** A request without an answer, in terms of what a user can do about it. */
export function requestFault(error: unknown, { place, secrets, timeoutMs }: Addressed): KoffError {
  if (error instanceof KoffError) return new KoffError(error.code, `${place}: ${error.message}`, { cause: error })
  const reason = serverText(systemReason(error), secrets)
  // Not the error itself: it may contain the headers that were sent.
  const cause = new Error(reason)
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause })
  switch (tlsFault(error)) {
    case 'plain':
      return permanent('UNSUPPORTED', `${place} does not use TLS: begin its url with http://`)
    case 'versions':
      return permanent('UNSUPPORTED', `${place}: ${reason}; ${tlsVersionAdvice}`)
    case 'client-certificate':
    case 'refused':
      return permanent('AUTHENTICATION_FAILED', `${place}: ${reason}; see tls.cert and tls.key of the sink`)
    case 'name':
      return permanent('AUTHENTICATION_FAILED', `${place}: ${reason}; see tls.servername of the sink`)
    case 'untrusted':
      return permanent('AUTHENTICATION_FAILED', `${place}: ${reason}; see tls.ca of the sink`)
    case null: {
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      const what = isLate ? `no answer within ${timeoutMs / 1000} s` : reason
      return new KoffError('SINK_FAILED', `${place} cannot be reached: ${what}`, { retriable: true, cause })
    }
  }
}

/** An answer that is neither 2xx nor a redirect that koff follows. `what` names the events of the request. */
export function answerFault(answer: Answer, what: string, { place, secrets }: Addressed): KoffError {
  const { status, retryAfterMs, text } = answer
  const said = text.trim() === '' ? `${status}` : `${status}: ${serverText(text, secrets)}`
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message)
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const verb = status === 429 ? 'wants fewer requests' : 'cannot take events now'
    const when = retryAfterMs === null ? '' : `; retry in ${Math.ceil(retryAfterMs / 1000)} s`
    return new KoffError('SINK_FAILED', `${place} ${verb} (${said})${when}`, {
      retriable: true,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    })
  }
  if (status === 401 || status === 407) {
    return permanent('AUTHENTICATION_FAILED', `${place} refuses the credentials (${said}); see headers and secret`)
  }
  if (status === 403) return permanent('AUTHORIZATION_FAILED', `${place} forbids ${what} (${said})`)
  if (status >= 300 && status < 400) return redirected(answer, place)
  if (status === 410) {
    return permanent('SINK_FAILED', `${place} is gone (${said}): change its url, or remove the pipeline`)
  }
  if (status === 404 || status === 405) {
    return permanent('SINK_FAILED', `${place} takes no webhooks at that path (${said}); check url`)
  }
  if (status === 413) {
    return permanent('SINK_FAILED', `${place} finds ${what} too large (${said}); an event has up to 512 KiB`)
  }
  return permanent('SINK_FAILED', `${place} refuses ${what} (${said})`)
}

function redirected({ status, location }: Answer, place: string): KoffError {
  const target = location !== null && URL.canParse(location) ? ` to ${new URL(location).origin}` : ''
  const text = `${place} redirects${target} (${status})`
  return new KoffError('SINK_FAILED', `${text}; koff sends events to the host of url only, so set url to that address`)
}
