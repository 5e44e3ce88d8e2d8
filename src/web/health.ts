import type { FastifyInstance } from 'fastify'
import type { Readiness } from '../delivery/readiness.ts'
import type { Access } from './guards.ts'
import { checkAccess } from './guards.ts'
import type { PrometheusTelemetry } from './prometheus.ts'

export interface HealthOptions {
  readonly telemetry: PrometheusTelemetry
  readonly readiness: () => Readiness | Promise<Readiness>
}

export const healthPaths = ['/metrics', '/healthz', '/readyz'] as const

/** Metrics and health. Health needs no token: what asks for it is the machinery that runs koff. */
export function healthRoutes(app: FastifyInstance, { telemetry, readiness }: HealthOptions, access: Access): void {
  const preHandler = checkAccess({ ...access, isPublic: true })
  app.get('/metrics', { preHandler: async (request, reply) => preHandler(request, reply) }, async (_, reply) =>
    reply.type(telemetry.contentType).send(await telemetry.text()),
  )
  // A broker or sink that is down is no reason to restart koff, which waits for it.
  app.get('/healthz', async (_, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'))
  app.get('/readyz', async (_, reply) => {
    const { isReady, owned, catchingUp, recordsLeft } = await readiness()
    const body = `${JSON.stringify({ ready: isReady, partitions: owned, catchingUp, recordsLeft })}\n`
    return reply
      .code(isReady ? 200 : 503)
      .type('application/json; charset=utf-8')
      .send(body)
  })
}
