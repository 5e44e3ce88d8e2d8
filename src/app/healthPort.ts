import type { Log } from '../base/log.ts'
import { version } from '../base/version.ts'
import type { Config } from '../config/schema.ts'
import { notStarted, type Readiness, readinessSamples } from '../delivery/readiness.ts'
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts'

/** The HTTP port of a service; does nothing where none is configured. */
export interface Signals extends AsyncDisposable {
  readonly telemetry: Telemetry
  /** From now on readiness is that of `readiness`. */
  watch(readiness: () => Readiness): void
}

export interface SignalsOptions extends Pick<Config, 'http' | 'metrics' | 'name'> {
  /** The names of all pipelines of the deployment. */
  readonly pipelines: readonly string[]
  readonly log: Log
}

export async function openSignals({ http, metrics, name, pipelines, log }: SignalsOptions): Promise<Signals> {
  const { otlp } = metrics
  if (http === undefined && otlp === undefined)
    return { telemetry: noTelemetry, watch: () => undefined, [Symbol.asyncDispose]: async () => undefined }
  const { prometheusTelemetry } = await import('../web/prometheus.ts')
  const telemetry = prometheusTelemetry({ version: version(), pipelines })
  let readiness = () => notStarted
  telemetry.sample(() => readinessSamples(readiness()))
  await using parts = new AsyncDisposableStack()
  if (http !== undefined) {
    const { openHttpServer } = await import('../web/server.ts')
    const { routes } = await import('../web/routes.ts')
    const server = await openHttpServer({ ...http, routes: routes({ telemetry, readiness: () => readiness() }) })
    parts.use(server)
    log.info(`answers ${server.url}/metrics, /healthz and /readyz`, { url: server.url })
  }
  if (otlp !== undefined) {
    const { otlpExport } = await import('../web/otlp.ts')
    const { url, everyMs, token } = otlp
    const collect = () => telemetry.collect()
    parts.use(otlpExport({ url, everyMs, token: token?.reveal(), version: version(), name, collect, log }))
  }
  const open = parts.move()
  return {
    telemetry,
    watch(watched) {
      readiness = watched
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
