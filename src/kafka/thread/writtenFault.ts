import { ConnectionFault } from '../net/socket.ts'

/** An error as it passes from thread to thread, which of an error itself leaves its code behind. */
export interface WrittenFault {
  readonly message: string
  /** Node's, OpenSSL's or the operating system's. */
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

/** An error of which `brokerFailure` says what it would have said of the first one. */
export function readFault({ message, code, kind, causes }: WrittenFault): Error {
  if (kind !== undefined) return new ConnectionFault(kind, message)
  const error = causes.length === 0 ? new Error(message) : new AggregateError(causes.map(readFault), message)
  return code === undefined ? error : Object.assign(error, { code })
}
