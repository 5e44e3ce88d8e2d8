import { KoffError } from '../errors.ts'

/** Why a file cannot be read, as INPUT_UNREADABLE. */
export function unreadable(path: string, error: unknown): KoffError {
  return new KoffError('INPUT_UNREADABLE', `${path}: ${reason(error)}`, { cause: error })
}

function reason(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'no such file or directory'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'EISDIR':
      return 'is a directory'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}

/** What the operating system refused, as against a fault of the program. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
