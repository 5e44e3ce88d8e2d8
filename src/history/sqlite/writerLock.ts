import type { DatabaseSync } from 'node:sqlite'
import { KoffError } from '../../base/errors.ts'

/**
 * Holds an exclusive lock in a small database beside the history for as long as it is open. The system releases it however
 * the process ends. Readers of the history are not kept out.
 * @throws KoffError HISTORY_UNAVAILABLE where another instance has it.
 */
export function lockWriter(beside: DatabaseSync, file: string): Disposable {
  try {
    beside.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => beside.close() }
  } catch (error) {
    beside.close()
    if (!(error instanceof Error) || !('errcode' in error) || Number(error.errcode) !== 5) throw error
    const cure = 'end it, or use PostgreSQL, which takes several instances'
    const message = `history ${file}: another instance of koff writes to it; ${cure}`
    throw new KoffError('HISTORY_UNAVAILABLE', message, { retriable: true, cause: error })
  }
}
