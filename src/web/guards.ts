import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../base/address.ts'
import { refuse } from './faults.ts'

export interface Access {
  /** The address that the server listens on. */
  readonly host: string
  /** What a client has to send, as it is now; undefined: nothing. */
  readonly token: (() => string) | undefined
  /** True: any client may ask, under any name of this machine. */
  readonly isPublic: boolean
}

/** Longer URLs are refused. */
export const mostUrlBytes = 8_192

/** Refuses what is no GET or HEAD, and a URL that is too long. Runs before anything else reads the request. */
export function checkRequest(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const message = `${request.method}: koff answers GET and HEAD`
    return refuse(reply.header('allow', 'GET, HEAD'), { status: 405, code: 'METHOD_NOT_ALLOWED', message })
  }
  if (request.url.length <= mostUrlBytes) return undefined
  return refuse(reply, { status: 414, code: 'TOO_LARGE', message: `the URL is longer than ${mostUrlBytes} bytes` })
}

/**
 * Lets a request pass that may read metrics and the history: with the token, where there is one. Without one, on an address of
 * this machine alone, only under a name of this machine: else a web page that resolves a name of its own to 127.0.0.1 could
 * read what a browser here may read.
 */
export function checkAccess({ host, token, isPublic }: Access) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    if (token !== undefined) {
      if (isSame(tokenIn(request.headers.authorization), token())) return undefined
      const message = 'send the token of http.tokenFile, as Authorization: Bearer, or as the password of Basic'
      // A browser asks its user for the password where a page is opened, not where the page itself asks.
      const challenges = request.headers['sec-fetch-mode'] === 'cors' ? ['Bearer'] : ['Bearer', 'Basic realm="koff"']
      return refuse(reply.header('www-authenticate', challenges), { status: 401, code: 'UNAUTHORIZED', message })
    }
    if (isPublic || !isLoopback(host) || isLoopback(nameIn(request.headers.host))) return undefined
    const message = 'koff listens on this machine only and answers under its names; http.public: true answers under any'
    return refuse(reply, { status: 403, code: 'FORBIDDEN', message })
  }
}

/** The host of `Host: name:port`, without brackets. */
function nameIn(header: string | undefined): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header ?? '') ?? []
  return bracketed ?? plain ?? ''
}

function tokenIn(authorization: string | undefined): string {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? '') ?? []
  if (scheme.toLowerCase() !== 'basic') return credentials
  const text = Buffer.from(credentials, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

/** In the same time for any two texts. */
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
