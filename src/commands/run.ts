import { Command } from 'commander'
import { selectedEvents } from '../config/eventPatterns.ts'
import type { Config, SinkConfig } from '../config/schema.ts'
import { Fold } from '../runtime/fold.ts'
import type { Sink } from '../runtime/sink.ts'
import { stdoutSink } from '../sinks/stdout/sink.ts'
import {
  addConnectionOptions,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionHelp,
  defined,
} from './connection.ts'
import { deliver } from './deliver.ts'
import { groupFilter } from './eventOptions.ts'
import { catchUpProgress } from './progress.ts'
import { runWithState } from './service.ts'
import { note, type Shell } from './shell.ts'

export function runCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('run')
    .summary('the service: events of a cluster to where the configuration says')
    .description('Reads a cluster and delivers its events, until a signal ends it.')
    .action(async (flags: ConnectionFlags) => finish(await run(shell, flags)))
  return addConnectionOptions(command).addHelpText(
    'after',
    `${connectionHelp}

Ctrl-C and SIGTERM end it well, with exit code 0.

Examples:
  koff run -c config/koff.example.yaml
  KOFF_SASL_PASSWORD=… koff run -c koff.yaml --brokers kafka-1:9093`,
  )
}

async function run(shell: Shell, flags: ConnectionFlags): Promise<number> {
  const config = await configOf(shell, flags)
  const closed: AbortSignal[] = []
  await using stack = new AsyncDisposableStack()
  const carrier = config.sinks.find(sink => sink.type === 'kafka')
  const sinks: Sink[] = []
  for (const sink of config.sinks) {
    if (sink !== carrier) sinks.push(stack.use(await openSink(sink, { config, shell, closed })))
  }
  const signal = AbortSignal.any([shell.signal, ...closed])
  if (carrier === undefined) await runWithoutState(shell, { config, sinks, signal })
  else await runWithState(shell, { config, carrier, mirrors: sinks, signal })
  return 0
}

interface StatelessPlan {
  readonly config: Config
  readonly sinks: readonly Sink[]
  readonly signal: AbortSignal
}

async function runWithoutState(shell: Shell, { config, sinks, signal }: StatelessPlan): Promise<void> {
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  await using source = await openKafkaSource({ ...brokerOptions(config.kafka), log: line => note(shell, line) })
  using progress = catchUpProgress(source, shell.stderr)
  await deliver({
    source: progress.source,
    fold: new Fold({
      cluster: source.cluster,
      history: 'until-start',
      types: selectedEvents(config.events),
      snapshot: config.snapshot === 'emit',
    }),
    sinks,
    signal,
    accept: groupFilter({ ...config.groups, name: config.name }),
  })
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
