import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { codeOf, systemReason } from '../base/systemReason.ts'
import { type ApiOptions, apiRoutes, descriptionPath } from './api/register.ts'
import { faultOf, refuse, refuseSocket } from './faults.ts'
import { type Access, checkAccess, checkRequest, mostUrlBytes } from './guards.ts'
import { type HealthOptions, healthPaths, healthRoutes } from './health.ts'
import type { PageFiles } from './page/files.ts'

export interface HttpServerOptions extends HealthOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly host: string
  /** What a client has to send for all but health, as it is now. */
  readonly token?: (() => string) | undefined
  /** Clients on other machines may ask without a token. */
  readonly isPublic?: boolean | undefined
  /** The API over a history; none unless given. */
  readonly api?: ApiOptions | undefined
  /** Answers every other path; none unless given. */
  readonly page?: (() => Promise<PageFiles>) | undefined
  readonly log: Log
}

export interface HttpServer extends AsyncDisposable {
  /** `http://host:port` */
  readonly url: string
}

/**
 * Metrics, health, the API and the page on one port. Resolves when it listens. Disposing of it closes all connections.
 * @throws KoffError CONFIG_INVALID where it cannot listen there.
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { port, host, token, isPublic = false, api, page, log } = options
  const app = fastify({
    http: { maxHeaderSize: 2 * mostUrlBytes },
    routerOptions: { maxParamLength: mostUrlBytes },
    forceCloseConnections: true,
    connectionTimeout: 0,
    requestTimeout: 30_000,
    return503OnClosing: false,
    clientErrorHandler: refuseSocket,
    frameworkErrors: (error, request, reply) => void refuse(reply, faultOf(error, log, request.url)),
  })
  const access: Access = { host, token, isPublic }
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    return checkRequest(request, reply)
  })
  app.setErrorHandler((error, request, reply) => refuse(reply, faultOf(error, log, request.url)))
  healthRoutes(app, options, access)
  const paths = [...healthPaths, ...(api === undefined ? [] : apiRoutes(app, api, checkAccess(access)))]
  otherPaths(app, paths, page)
  try {
    await app.listen({ port, host })
  } catch (error) {
    await app.close()
    throw unavailable(error, { port, host })
  }
  // It is an AddressInfo unless the server listens on a pipe.
  const { address, family, port: taken } = app.server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    [Symbol.asyncDispose]: () => app.close(),
  }
}

/** The files of the page need no token: they hold nothing that a package does not. */
function otherPaths(app: FastifyInstance, paths: readonly string[], page: HttpServerOptions['page']): void {
  const shown = paths.filter(path => path === descriptionPath || !path.startsWith('/api/'))
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const isApi = path === '/api' || path.startsWith('/api/')
    const files = isApi ? undefined : await page?.()
    const file = files?.file(path, request.headers['accept-encoding'] ?? '')
    if (file === null || file === undefined) {
      const message = `nothing here; there is ${shown.join(', ')}`
      return refuse(reply, { status: 404, code: 'NOT_FOUND', message, known: { paths } })
    }
    reply.headers(file.headers)
    const isHeld = request.headers['if-none-match'] === file.headers['etag']
    return isHeld ? reply.code(304).send() : reply.code(200).send(file.body)
  })
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
