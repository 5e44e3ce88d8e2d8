import type { Readiness } from '../delivery/readiness.ts'
import type { PrometheusTelemetry } from './prometheus.ts'
import type { HttpServerOptions } from './server.ts'

export interface RouteOptions {
  readonly telemetry: PrometheusTelemetry
  readonly readiness: () => Readiness
}

/** The paths of koff's HTTP port. */
export function routes({ telemetry, readiness }: RouteOptions): HttpServerOptions['routes'] {
  return {
    '/metrics': async () => ({ status: 200, type: telemetry.contentType, body: await telemetry.text() }),
    // A broker or sink that is down is no reason to restart koff, which waits for it.
    '/healthz': () => ({ status: 200, type: 'text/plain; charset=utf-8', body: 'ok' }),
    '/readyz': () => {
      const { isReady, owned, catchingUp, recordsLeft } = readiness()
      const body = JSON.stringify({ ready: isReady, partitions: owned, catchingUp, recordsLeft })
      return { status: isReady ? 200 : 503, type: 'application/json', body }
    },
  }
}
