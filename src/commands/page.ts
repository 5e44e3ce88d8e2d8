import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { openClusterLog } from '../app/clusterLog.ts'
import {
  addConnectionOptions,
  type ConnectionFlags,
  configOf,
  connectionFlagIn,
  connectionHelp,
} from '../app/connection.ts'
import { fillMemory } from '../app/memoryHistory.ts'
import { version } from '../base/version.ts'
import type { Readiness } from '../delivery/readiness.ts'
import type { Fold } from '../engine/fold.ts'
import type { Source } from '../engine/source.ts'
import { openMemoryHistory, readHistory } from '../history/openHistory.ts'
import { timeLimitMs } from '../history/queries/limits.ts'
import type { HistoryReader, HistoryStore } from '../history/store.ts'
import { openFiles } from '../sources/openFiles.ts'
import { refuseRepeats } from '../sources/refuseRepeats.ts'
import { fileProgress } from '../terminal/progress.ts'
import { interruptionCode, note, noteLog, put, type Shell } from '../terminal/shell.ts'
import { usage } from '../terminal/usage.ts'

interface PageOptions extends ConnectionFlags {
  readonly history?: string
  readonly host: string
  readonly port?: number
}

/** Where the page is unless another program has it. */
const defaultPort = 8686

export function pageCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('page')
    .summary('look at it: a page that shows what happened to groups')
    .description(
      'Serves a page for browsers that shows groups over time: of recordings and segments, of a history, or of a running cluster. What it reads of files and of a cluster it keeps in memory; it writes nothing.',
    )
    .argument('[file...]', 'recordings, segments (.log), directories of segments; else a history or a cluster')
    .option('--history <store>', 'a history that is there, a SQLite file or postgres://…')
    .option('--port <port>', `default ${defaultPort}, or a free one where that is taken; 0: a free one`, parsePort)
    .option('--host <address>', 'the address to listen at; only this machine can reach the default', '127.0.0.1')
    .action(async (files: string[], options: PageOptions) => finish(await page(shell, files, options)))
  return addConnectionOptions(command).addHelpText(
    'after',
    `${connectionHelp}

koff prints the address of the page, and serves it until Ctrl-C. The page asks the HTTP API on the same port.
With a cluster, the page shows what the log still has, says from when it is complete, and follows what happens.

Examples:
  koff page recording.ndjson.gz
  koff page --brokers kafka-1:9092
  koff page --history koff-history.db`,
  )
}

async function page(shell: Shell, files: readonly string[], options: PageOptions): Promise<number> {
  const flag = connectionFlagIn(options)
  if (files.length > 0 && flag !== undefined) throw usage(`give either files or ${flag}`)
  if (files.length > 0 && options.history !== undefined) throw usage('give either files or --history')
  if (flag !== undefined && options.history !== undefined) throw usage(`give either --history or ${flag}`)
  if (options.history !== undefined) {
    await using reader = await readHistory(options.history, timeLimitMs)
    return await serve(shell, options, { reader, state: () => ready, filling: Promise.resolve() })
  }
  await using store = await openMemoryHistory(timeLimitMs)
  const ending = new AbortController()
  const signal = AbortSignal.any([shell.signal, ending.signal])
  const content =
    files.length > 0 ? ofFiles(shell, files, { store, signal }) : await ofCluster(shell, options, { store, signal })
  // A failure before it is awaited must not end the process.
  content.filling.catch(() => undefined)
  try {
    return await serve(shell, options, content)
  } finally {
    ending.abort()
    await content.filling.catch(() => undefined)
  }
}

/** What the page shows. */
interface Content {
  readonly reader: HistoryReader
  readonly state: () => Readiness
  /** Resolves where there is nothing more to come. */
  readonly filling: Promise<void>
}

interface Target {
  readonly store: HistoryStore
  readonly signal: AbortSignal
}

const ready: Readiness = { isReady: true, owned: 0, catchingUp: 0, recordsLeft: 0 }

function ofFiles(shell: Shell, files: readonly string[], { store, signal }: Target): Content {
  if (files.includes('-')) throw usage('standard input cannot be read twice: put it into a file')
  let isRead = false
  const fill = async () => {
    using progress = fileProgress(shell)
    const { config } = await configOf(shell, {})
    await fillMemory({
      open: async () => refuseRepeats(await openFiles(files, { progress: progress.at })),
      follows: false,
      conditions: config.conditions,
      store,
      signal,
    })
    isRead = true
  }
  return { reader: store, state: () => ({ ...ready, isReady: isRead }), filling: fill() }
}

async function ofCluster(shell: Shell, options: PageOptions, { store, signal }: Target): Promise<Content> {
  const { config } = await configOf(shell, options)
  const { sampleEveryMs } = config.conditions
  const reached = { ...shell, signal }
  let followed: Fold | null = null
  const open = async (how: 'whole' | 'goOn', foldOf: (cluster: string) => Fold): Promise<Source> => {
    const isFollowed = how === 'goOn'
    const follow = isFollowed ? { follow: { sampleEveryMs } } : {}
    const log = await openClusterLog({ shell: reached, config, wants: () => true, samples: isFollowed, ...follow })
    const fold = foldOf(log.cluster)
    if (isFollowed) followed = fold
    const { chunks } = await log.read(fold)
    return { cluster: log.cluster, chunks, [Symbol.asyncDispose]: () => log[Symbol.asyncDispose]() }
  }
  const filling = fillMemory({ open, follows: true, conditions: config.conditions, store, signal })
  return { reader: store, state: () => stateOf(followed), filling }
}

function stateOf(fold: Fold | null): Readiness {
  if (fold === null) return { ...ready, isReady: false }
  const { left } = fold.catchUp.extent()
  const partitions = [...fold.partitions.keys()]
  const catchingUp = partitions.filter(partition => !fold.catchUp.isDone(partition)).length
  return { isReady: left === 0 && partitions.length > 0, owned: partitions.length, catchingUp, recordsLeft: left }
}

/** An empty cluster has nothing to be read: the page is there after so long, ms. */
const emptyAfterMs = 3_000

/** Prints the address once there is something to see, and serves it until the signal aborts. */
async function serve(shell: Shell, options: PageOptions, { reader, state, filling }: Content): Promise<number> {
  const [{ openHttpServer }, { openPageFiles }, { prometheusTelemetry }] = await Promise.all([
    import('../web/server.ts'),
    import('../web/page/files.ts'),
    import('../web/prometheus.ts'),
  ])
  const files = await openPageFiles()
  const telemetry = prometheusTelemetry({ version: version(), pipelines: [] })
  // What fails while the page is served ends it, once the address is awaited.
  const failed = filling.then(() => shellEnds(shell))
  failed.catch(() => undefined)
  const deadline = performance.now() + emptyAfterMs
  const isSeen = async () => {
    while (!state().isReady && !shell.signal.aborted) {
      if (state().recordsLeft === 0 && state().owned > 0 && performance.now() > deadline) return
      await sleep(50, undefined, { signal: shell.signal }).catch(() => undefined)
    }
  }
  await Promise.race([isSeen(), failed])
  if (shell.signal.aborted) return interruptionCode(shell)
  const listen = (port: number) =>
    openHttpServer({
      port,
      host: options.host,
      telemetry,
      readiness: state,
      api: { mode: 'page', history: async () => reader, isReady: () => state().isReady },
      page: async () => files,
      log: noteLog(shell),
    })
  const { port } = options
  await using server = await (port === undefined ? listen(defaultPort).catch(() => listen(0)) : listen(port))
  await put(shell.stdout, `${server.url}/\n`)
  note(shell, 'the page is at this address; Ctrl-C ends it')
  await failed
  return interruptionCode(shell)
}

function shellEnds({ signal }: Shell): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw usage(`--port: ${JSON.stringify(text)} is no port`)
  return port
}
