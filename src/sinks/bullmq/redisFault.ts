import { type ErrorCode, KoffError } from '../../base/errors.ts'
import { serverText } from '../../base/serverText.ts'
import { causesOf, systemReason, type TlsFault, tlsFault, tlsVersionAdvice } from '../../base/systemReason.ts'

/**
 * What Redis or its client said, in terms of what a user can do about it, without the secrets that koff sent. Retriable
 * where time, or a new connection, can mend it.
 */
export function redisFault(error: unknown, place: string, secrets: readonly string[]): KoffError {
  if (error instanceof KoffError) return error
  const causes = redisCauses(error)
  const said = (pattern: RegExp) => causes.some(({ message }) => pattern.test(message))
  const reason = serverText(systemReason(causes.at(-1)), secrets)
  // Not the error itself: it contains the command with everything that was sent.
  const cause = new Error(reason)
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause })
  const passing = (message: string) => new KoffError('SINK_FAILED', message, { retriable: true, cause })

  if (said(/^(WRONGPASS|NOAUTH)|ERR AUTH|invalid password|without any password configured/)) {
    return permanent('AUTHENTICATION_FAILED', `${place} refuses the credentials`)
  }
  // What a script is not allowed to do comes in other words.
  if (said(/NOPERM|can't run this command|ACL failure in script/)) {
    return permanent('AUTHORIZATION_FAILED', `${place}: not allowed to do what a queue needs: ${reason}`)
  }
  const tls = causes.map(tlsFault).find(fault => fault !== null)
  if (tls !== undefined) return tlsFailure(tls, { place, reason, cause })
  if (said(/ERR DB index is out of range/)) {
    return permanent('UNSUPPORTED', `${place} has no database of that number; see redis.db`)
  }
  if (said(/ERR unknown command|cluster support disabled/)) {
    return permanent('UNSUPPORTED', `${place} cannot hold a queue: ${reason}`)
  }
  if (said(/Unknown RESP type/)) return permanent('UNSUPPORTED', `${place} is not a Redis server: check its port`)
  if (said(/OOM command not allowed/)) {
    return passing(
      `${place} is out of memory (maxmemory) and takes no job; give it more, or let workers and removal by age make room`,
    )
  }
  if (said(/READONLY/)) return passing(`${place} is a read-only replica; name the primary`)
  if (error instanceof Error && error.name === 'ReplyError') return passing(`${place} refuses a command: ${reason}`)
  // A server with TLS reports nothing else to a client without it.
  const hint = said(/^Connection is closed\.$/) ? '; if it uses TLS, see redis.tls, and rediss:// in redis.url' : ''
  return passing(`${place} cannot be reached: ${reason}${hint}`)
}

export function speaksNoTls(place: string): KoffError {
  return new KoffError('UNSUPPORTED', `${place} does not use TLS; see redis.tls, and redis:// in redis.url`)
}

interface FailedHandshake {
  readonly place: string
  readonly reason: string
  readonly cause: Error
}

function tlsFailure(fault: TlsFault, { place, reason, cause }: FailedHandshake): KoffError {
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause })
  switch (fault) {
    case 'plain':
      return speaksNoTls(place)
    case 'versions':
      return permanent('UNSUPPORTED', `${place}: ${reason}; ${tlsVersionAdvice}`)
    case 'client-certificate':
    case 'refused':
      return permanent('AUTHENTICATION_FAILED', `${place}: ${reason}; see redis.tls.cert and redis.tls.key`)
    case 'name':
      return permanent('AUTHENTICATION_FAILED', `${place}: ${reason}; see redis.tls.servername`)
    case 'untrusted':
      return permanent('AUTHENTICATION_FAILED', `${place}: ${reason}; see redis.tls.ca`)
  }
}

/** ioredis keeps the last failure of a cluster, or of sentinels, none of which answers in a field of its own. */
function redisCauses(error: unknown): readonly Error[] {
  const last = error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : null
  return [...causesOf(error), ...(last instanceof Error ? redisCauses(last) : [])]
}
