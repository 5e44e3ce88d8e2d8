import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KoffError } from '../base/errors.ts'
import { codeOf, systemReason } from '../base/systemReason.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface HttpServerOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
  /** What answers a path. */
  readonly routes: Readonly<Record<string, () => Answer | Promise<Answer>>>
}

export interface HttpServer extends AsyncDisposable {
  /** `http://host:port` */
  readonly url: string
}

/**
 * Resolves when the server listens. It answers GET and HEAD; disposing of it closes all connections.
 * @throws KoffError CONFIG_INVALID where it cannot listen there.
 */
export async function openHttpServer({ port, host, routes }: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void answer(request, routes).then(found => send(response, request, found))
  })
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  try {
    await listening
  } catch (error) {
    throw unavailable(error, { port, host })
  }
  // It is an AddressInfo unless the server listens on a pipe.
  const { address, family, port: taken } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise(done => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(request: IncomingMessage, routes: HttpServerOptions['routes']): Promise<Answer> {
  // Not parsed as a URL: a client may send anything.
  const [path = ''] = (request.url ?? '').split('?')
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) return plain(404, `nothing here; there is ${Object.keys(routes).join(', ')}`)
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'GET or HEAD')
  try {
    return await route()
  } catch (error) {
    return plain(500, error instanceof Error ? error.message : String(error))
  }
}

function send(response: ServerResponse, { method }: IncomingMessage, { status, type, body }: Answer): void {
  const text = body.endsWith('\n') ? body : `${body}\n`
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' }
  response.writeHead(status, status === 405 ? { ...headers, allow: 'GET, HEAD' } : headers)
  response.end(method === 'HEAD' ? undefined : text)
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body }
}

function unavailable(error: unknown, { port, host }: Pick<HttpServerOptions, 'port' | 'host'>): KoffError {
  const code = error instanceof Error ? codeOf(error) : ''
  const advice = portAdvice[code]
  const message = `cannot listen on ${host}:${port}: ${systemReason(error)}${advice === undefined ? '' : `; ${advice}`}`
  return new KoffError('CONFIG_INVALID', message, {
    cause: error,
    setting: ['http', advice === undefined ? 'host' : 'port'],
  })
}

/** Where the port is to blame, not the host. */
const portAdvice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'choose another port',
  EACCES: 'choose a port from 1024 on',
}
