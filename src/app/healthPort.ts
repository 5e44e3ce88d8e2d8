import type { Log } from '../base/log.ts'
import { version } from '../base/version.ts'
import type { Config } from '../config/schema.ts'
import { unreadGroupMetrics } from '../config/warnings.ts'
import { notStarted, type Readiness, readinessSamples } from '../delivery/readiness.ts'
import { noTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import type { ApiOptions } from '../web/api/register.ts'

/** The HTTP port of a service; does nothing where none is configured. */
export interface Signals extends AsyncDisposable {
  readonly telemetry: Telemetry
  /** From now on readiness is that of `readiness`. */
  watch(readiness: () => Readiness): void
}

export interface SignalsOptions extends Pick<Config, 'http' | 'metrics' | 'name'> {
  /** The names of all pipelines of the deployment. */
  readonly pipelines: readonly string[]
  /** What the API answers from: a SQLite file, or the URL of a PostgreSQL database; undefined: there is no history. */
  readonly history: string | undefined
  readonly log: Log
}

export async function openSignals(options: SignalsOptions): Promise<Signals> {
  const { http, metrics, name, pipelines, history, log } = options
  const { otlp } = metrics
  const unread = unreadGroupMetrics({ http, metrics })
  if (unread !== null) log.warn(`metrics.groups: ${unread}`)
  if (http === undefined && otlp === undefined)
    return { telemetry: noTelemetry, watch: () => undefined, [Symbol.asyncDispose]: async () => undefined }
  const { prometheusTelemetry } = await import('../web/prometheus.ts')
  const telemetry = prometheusTelemetry({ version: version(), pipelines })
  let readiness = () => notStarted
  telemetry.sample(() => readinessSamples(readiness()))
  await using parts = new AsyncDisposableStack()
  if (http !== undefined) {
    const { openHttpServer } = await import('../web/server.ts')
    const { pageFilesOnce } = await import('../web/page/files.ts')
    const { openApiHistory } = await import('./apiHistory.ts')
    const reader = history === undefined ? null : parts.use(openApiHistory(history))
    const api: ApiOptions = {
      mode: 'run',
      history: reader === null ? null : () => reader.open(),
      isReady: () => readiness().isReady,
    }
    const server = await openHttpServer({
      ...httpOptions(http),
      telemetry,
      readiness: () => readiness(),
      api,
      page: pageFilesOnce(),
      log,
    })
    parts.use(server)
    const answers = ['/metrics', '/healthz', '/readyz', ...(history === undefined ? [] : ['/api', 'the page'])]
    log.info(`answers ${server.url}: ${answers.join(', ')}`, { url: server.url })
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

/** The section `http` as the server takes it. */
export function httpOptions({ port, host, tokenFile, public: isPublic }: NonNullable<Config['http']>) {
  return { port, host, isPublic, token: tokenFile === undefined ? undefined : () => tokenFile.reveal() }
}
