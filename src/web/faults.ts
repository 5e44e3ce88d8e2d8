import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import { type ErrorCode, KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

/** Codes of answers that no error of koff stands behind. */
export type HttpFaultCode = ErrorCode | 'UNAUTHORIZED' | 'FORBIDDEN' | 'METHOD_NOT_ALLOWED' | 'INTERNAL' | 'TOO_LARGE'

export interface HttpFault {
  readonly status: number
  readonly code: HttpFaultCode
  readonly message: string
  readonly known?: Readonly<Record<string, unknown>> | undefined
}

/** Answers with the fault; nothing that a client sent stands in a header. */
export function refuse(reply: FastifyReply, { status, code, message, known }: HttpFault): FastifyReply {
  const error = { code, message, ...(known === undefined ? {} : { known }) }
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify({ error })}\n`)
}

/** What a client is to know of an error. What only koff is to know is in its log. */
export function faultOf(error: unknown, log: Log, url: string): HttpFault {
  if (error instanceof KoffError) {
    const { code, message, known } = error
    return { status: statuses[code] ?? 500, code, message, known }
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status >= 400 && status < 500) {
    const message = error instanceof Error ? error.message : (STATUS_CODES[status] ?? '')
    return { status, code: status === 414 || status === 431 ? 'TOO_LARGE' : 'USAGE', message }
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.warn(`an HTTP request failed: ${reason}`, { path: url.split('?')[0] ?? '' })
  return { status: 500, code: 'INTERNAL', message: 'koff cannot answer this request; its log says why' }
}

const statuses: Partial<Record<ErrorCode, number>> = {
  USAGE: 400,
  NOT_FOUND: 404,
  NOT_KNOWN: 404,
  HISTORY_UNAVAILABLE: 503,
  HISTORY_TIMEOUT: 504,
}

/** Answers what is no HTTP request that koff reads, and closes the connection. */
export function refuseSocket(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'TOO_LARGE', 'the headers are too large'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'USAGE', 'the request took too long to arrive'] as const)
        : ([400, 'USAGE', 'this is no HTTP request'] as const)
  const body = `${JSON.stringify({ error: { code, message } })}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
