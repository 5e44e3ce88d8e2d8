import { type ErrorCode, KoffError } from '../../base/errors.ts'

/** What Redis or its client said, in terms of what its user can do about it. Retriable where time, or a new connection, can mend it. */
export function redisFault(error: unknown, place: string): KoffError {
  if (error instanceof KoffError) return error
  const causes = causesOf(error)
  const said = (pattern: RegExp) => causes.some(({ message }) => pattern.test(message))
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause: error })
  const passing = (message: string) => new KoffError('SINK_FAILED', message, { retriable: true, cause: error })
  const reason = causes.at(-1)?.message ?? String(error)

  if (said(/^(WRONGPASS|NOAUTH)|ERR AUTH|invalid password|without any password configured/)) {
    return permanent('AUTHENTICATION_FAILED', `${place} refuses the credentials`)
  }
  // What a script is not allowed to do comes in other words.
  if (said(/NOPERM|can't run this command|ACL failure in script/)) {
    return permanent('AUTHORIZATION_FAILED', `${place}: not allowed to do what a queue needs: ${reason}`)
  }
  if (causes.some(({ code }) => certificateCode.test(code))) {
    return permanent(
      'AUTHENTICATION_FAILED',
      `${place}: its TLS certificate is not trusted (${reason}); see redis.tls.ca`,
    )
  }
  if (said(/ERR DB index is out of range/)) {
    return permanent('UNSUPPORTED', `${place} has no database of that number; see redis.db`)
  }
  if (said(/ERR unknown command|cluster support disabled/)) {
    return permanent('UNSUPPORTED', `${place} cannot hold a queue: ${reason}`)
  }
  if (causes.some(({ code }) => code === 'EPROTO')) return speaksNoTls(place)
  if (said(/Unknown RESP type/)) return permanent('UNSUPPORTED', `${place} is no Redis: check its port`)
  if (said(/OOM command not allowed/)) {
    return passing(
      `${place} is out of memory (maxmemory) and takes no job; give it more, or let workers and removal by age make room`,
    )
  }
  if (said(/READONLY/)) return passing(`${place} is a read-only replica; name the primary`)
  if (error instanceof Error && error.name === 'ReplyError')
    return passing(`${place} refuses what it is asked: ${reason}`)
  // That is all that a server with TLS does about a client without.
  const hint = said(/^Connection is closed\.$/)
    ? '; where it speaks TLS, see redis.tls, and rediss:// in redis.url'
    : ''
  return passing(`${place} cannot be reached: ${reason.replace(/\.$/, '')}${hint}`)
}

export function speaksNoTls(place: string): KoffError {
  return new KoffError('UNSUPPORTED', `${place} speaks no TLS; see redis.tls, and redis:// in redis.url`)
}

const certificateCode = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_)/

interface Cause {
  readonly message: string
  readonly code: string
}

/** The error and what it was made from, innermost last. */
function causesOf(error: unknown): readonly Cause[] {
  if (!(error instanceof Error)) return [{ message: String(error), code: '' }]
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // Of a cluster or of sentinels none of which answers, the client tells the last failure in a field of its own.
  const last = 'lastNodeError' in error ? error.lastNodeError : error.cause
  const nested = last instanceof Error ? causesOf(last) : []
  return [{ message: error.message === '' ? code : error.message, code }, ...nested]
}
