import { ConnectionFault } from '../net/socket.ts'

/** An error as it passes between threads: structured cloning drops the code of an error. */
export interface WrittenFault {
  readonly message: string
  /** The code of Node, OpenSSL or the operating system. */
  readonly code: string | undefined
  readonly kind: ConnectionFault['kind'] | undefined
  readonly causes: readonly WrittenFault[]
}

export function writeFault(error: unknown): WrittenFault {
  if (!(error instanceof Error)) return { message: String(error), code: undefined, kind: undefined, causes: [] }
  return {
    message: error.message,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    kind: error instanceof ConnectionFault ? error.kind : undefined,
    causes: [
      ...(error instanceof AggregateError ? error.errors.map(writeFault) : []),
      ...(error.cause === undefined ? [] : [writeFault(error.cause)]),
    ],
  }
}

/** An error that `brokerFailure` describes as it would have described the original. */
export function readFault({ message, code, kind, causes }: WrittenFault): Error {
  if (kind !== undefined) return new ConnectionFault(kind, message)
  const error = causes.length === 0 ? new Error(message) : new AggregateError(causes.map(readFault), message)
  return code === undefined ? error : Object.assign(error, { code })
}
