import { KoffError } from '../../base/errors.ts'
import { systemReason } from '../../base/systemReason.ts'

/** SQLite's own codes: busy, locked, disk full. All of these pass. */
const passing = new Set([5, 6, 13])

/** What went wrong with a file, as an error that says what to do. */
export function historyFault(error: unknown, file: string): KoffError {
  if (error instanceof KoffError) return error
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  const message = `history ${file}: ${systemReason(error)}`
  return new KoffError('HISTORY_UNAVAILABLE', message, { retriable: passing.has(code), cause: error })
}
