import { KoffError } from '../base/errors.ts'

export function timedOut(limitMs: number): KoffError {
  const cure = 'ask about a shorter time or fewer groups'
  return new KoffError('HISTORY_TIMEOUT', `history: the query took longer than ${limitMs} ms; ${cure}`)
}
