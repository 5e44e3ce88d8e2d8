import { KoffError } from '../base/errors.ts'
import { systemReason } from '../base/systemReason.ts'

/** How far a file is read, in bytes. */
export interface FileProgress {
  readonly path: string
  readonly position: number
  readonly size: number
}

/** Why a file cannot be read, as INPUT_UNREADABLE. */
export function unreadable(path: string, error: unknown): KoffError {
  return new KoffError('INPUT_UNREADABLE', `${path}: ${systemReason(error)}`, { cause: error })
}

/** True for a refusal of the operating system, false for a fault of the program. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
