import { Command } from 'commander'
import type { Config, SinkConfig } from '../config/schema.ts'
import { connectionSettings, serviceSettings } from '../config/settings.ts'
import { KoffError } from '../errors.ts'
import type { Log } from '../runtime/log.ts'
import type { Sink } from '../runtime/sink.ts'
import { stdoutSink } from '../sinks/stdout/sink.ts'
import {
  addConnectionOptions,
  addSettings,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionHelp,
  defined,
} from './connection.ts'
import { exactlyOnce } from './delivery/exactlyOnce.ts'
import { stored } from './delivery/stored.ts'
import { runWithState } from './service.ts'
import { serviceLog } from './serviceLog.ts'
import { exitCodeOf, type Shell } from './shell.ts'

export function runCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('run')
    .summary('the service: events of a cluster to where the configuration says')
    .description('Reads a cluster and delivers its events, until a signal ends it.')
    .action(async (flags: ConnectionFlags) => finish(await run(shell, flags)))
  return addSettings(addConnectionOptions(command), serviceSettings).addHelpText(
    'after',
    `${connectionHelp}

Ctrl-C and SIGTERM end it well, with exit code 0.

Examples:
  koff run -c config/koff.example.yaml
  KOFF_SASL_PASSWORD=… koff run -c koff.yaml --brokers kafka-1:9093`,
  )
}

async function run(shell: Shell, flags: ConnectionFlags): Promise<number> {
  const config = await configOf(shell, flags, [...connectionSettings, ...serviceSettings])
  const log = serviceLog({ level: config.logLevel, name: config.name, output: shell.stderr })
  try {
    await serve(shell, config, log)
    log.info('ended')
    return 0
  } catch (error) {
    if (!(error instanceof KoffError)) throw error
    log.error(error.message, { code: error.code })
    return exitCodeOf(error)
  }
}

async function serve(shell: Shell, config: Config, log: Log): Promise<void> {
  const closed: AbortSignal[] = []
  // The one that the state goes with; the others are shown what it has.
  const carrier = config.sinks.find(sink => sink.type === 'kafka') ?? config.sinks[0]
  if (carrier === undefined) return
  await using stack = new AsyncDisposableStack()
  const open = async (sink: SinkConfig) => stack.use(await openSink(sink, { config, shell, closed }))
  const mirrors: Sink[] = []
  for (const sink of config.sinks) if (sink !== carrier) mirrors.push(await open(sink))
  const deliver = carrier.type === 'kafka' ? exactlyOnce(config, carrier) : stored(config, await open(carrier))
  await runWithState(shell, { config, deliver, mirrors, signal: AbortSignal.any([shell.signal, ...closed]), log })
}

interface SinkContext {
  readonly config: Config
  readonly shell: Shell
  /** Takes signals of sinks that nobody reads any more. */
  readonly closed: AbortSignal[]
}

async function openSink(sink: SinkConfig, { config, shell, closed }: SinkContext): Promise<Sink> {
  switch (sink.type) {
    case 'stdout': {
      const opened = stdoutSink({ stream: shell.stdout, format: sink.format })
      closed.push(opened.closed)
      return opened
    }
    case 'kafka': {
      const { kafkaSink } = await import('../sinks/kafka/sink.ts')
      const { type: _type, registry, ...topic } = sink
      const { url, username, password, timeoutMs } = registry
      return kafkaSink({
        ...brokerOptions(config.kafka),
        ...topic,
        registry: { url, ...defined({ username, password: password?.reveal(), timeoutMs }) },
      })
    }
  }
}
