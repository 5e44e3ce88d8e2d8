import { Command } from 'commander'
import { historyPlaceOf, openApiHistory } from '../app/apiHistory.ts'
import { addSettings, type ConnectionFlags, configOf, placedMessage } from '../app/connection.ts'
import { httpOptions } from '../app/healthPort.ts'
import { serviceLog } from '../app/serviceLog.ts'
import { KoffError } from '../base/errors.ts'
import { version } from '../base/version.ts'
import type { Config } from '../config/schema.ts'
import { serviceSettings } from '../config/settings.ts'
import { type Readiness, readinessSamples } from '../delivery/readiness.ts'
import { clustersOf } from '../history/queries/cluster.ts'
import { exitCodeOf, type Shell } from '../terminal/shell.ts'
import { placeOf, storeHelp } from './history/store.ts'

interface ServeFlags extends ConnectionFlags {
  readonly history?: string
}

const defaultPort = '9404'

export function serveCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('serve')
    .summary('the HTTP API and metrics over a history, without reading Kafka')
    .description('Answers the HTTP API from a history that another koff fills, until a signal ends it.')
    .option('-c, --config <file>', 'the configuration: http, and the history of its first sink of type history')
    .option('--history <store>', storeHelp)
    .action(async (flags: ServeFlags) => finish(await serve(shell, flags)))
  return addSettings(command, serviceSettings).addHelpText(
    'after',
    `
The port is ${defaultPort} unless --http-port, KOFF_HTTP_PORT or the configuration says otherwise.
/api/openapi.json describes the API.

Examples:
  koff serve --history koff-history.db
  koff serve -c koff.yaml --http-host 0.0.0.0 --http-token-file token
  curl 'http://127.0.0.1:${defaultPort}/api/groups/billing?at=15m'`,
  )
}

async function serve(shell: Shell, flags: ServeFlags): Promise<number> {
  const config = await servedConfig(shell, flags)
  const { http } = config
  const log = serviceLog({ level: config.logLevel, name: config.name, shell })
  try {
    await using parts = new AsyncDisposableStack()
    const reader = parts.use(openApiHistory(flags.history ?? configuredPlace(config) ?? placeOf(shell, flags)))
    await reader.open().catch((error: unknown) => {
      if (!(error instanceof KoffError && error.retriable)) throw error
      log.warn(`${error.message}; it is tried again with each request`)
    })
    const { prometheusTelemetry } = await import('../web/prometheus.ts')
    const { openHttpServer } = await import('../web/server.ts')
    const { pageFilesOnce } = await import('../web/page/files.ts')
    const telemetry = prometheusTelemetry({ version: version(), pipelines: [] })
    let isReady = true
    telemetry.sample(() => readinessSamples({ ...readable, isReady }))
    const readiness = async () => {
      isReady = await reader
        .open()
        .then(clustersOf)
        .then(
          () => true,
          () => false,
        )
      return { ...readable, isReady }
    }
    const isReadable = async () => (await readiness()).isReady
    const api = { mode: 'serve', history: () => reader.open(), isReady: isReadable } as const
    const server = parts.use(
      await openHttpServer({ ...httpOptions(http), telemetry, readiness, api, page: pageFilesOnce(), log }),
    )
    log.info(`answers ${server.url}: the page, /api, /metrics, /healthz, /readyz`, { url: server.url })
    await new Promise(resolve => {
      if (shell.signal.aborted) resolve(null)
      else shell.signal.addEventListener('abort', resolve, { once: true })
    })
    log.info('ended')
    return 0
  } catch (error) {
    if (!(error instanceof KoffError) || config.logLevel === 'silent') throw error
    log.error(placedMessage(shell, error), { code: error.code })
    return exitCodeOf(error)
  }
}

/** It reads no partitions. */
const readable: Readiness = { isReady: true, owned: 0, catchingUp: 0, recordsLeft: 0 }

type Served = Config & { readonly http: NonNullable<Config['http']> }

async function servedConfig(shell: Shell, flags: ServeFlags): Promise<Served> {
  const withPort: Shell = { ...shell, variables: { KOFF_HTTP_PORT: defaultPort, ...shell.variables } }
  const given = flags.config === undefined ? withPort : shell
  const { config } = await configOf(given, flags, serviceSettings)
  if (config.http !== undefined) return { ...config, http: config.http }
  const { config: other } = await configOf(withPort, flags, serviceSettings)
  return other as Served
}

function configuredPlace({ sinks, pipelines }: Config): string | undefined {
  return historyPlaceOf([
    ...sinks,
    ...pipelines.flatMap(pipeline => (typeof pipeline === 'string' ? [] : [pipeline.to])),
  ])
}
