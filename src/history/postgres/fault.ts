import { KoffError } from '../../base/errors.ts'
import { codeOf, systemReason } from '../../base/systemReason.ts'
import { timedOut } from '../timedOut.ts'

/** Codes of PostgreSQL that pass by themselves: lost connections, no resources, conflicts, a server that starts or stops. */
const passing = /^(08|53|40|57P|55P)/
const QUERY_CANCELED = '57014'
const NO_TABLE = '42P01'

/** What went wrong with a database, as an error that says what to do. `name`: without a password. */
export function postgresFault(error: unknown, name: string, timeLimitMs: number | undefined): KoffError {
  if (error instanceof KoffError) return error
  const code = error instanceof Error ? codeOf(error) : ''
  if (code === QUERY_CANCELED && timeLimitMs !== undefined) return timedOut(timeLimitMs)
  const isAnswer = /^[0-9A-Z]{5}$/.test(code)
  const isGone = !isAnswer && code !== 'ERR_INVALID_URL'
  const reason = isAnswer && error instanceof Error ? error.message : systemReason(error)
  const cure = code === NO_TABLE ? '; it has no history of koff yet' : ''
  const message = `history ${name}: ${reason}${cure}`
  return new KoffError('HISTORY_UNAVAILABLE', message, { retriable: isGone || passing.test(code), cause: error })
}
