import { Command } from 'commander'
import { historyPlaceOf } from '../app/apiHistory.ts'
import {
  addConnectionOptions,
  addSettings,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionHelp,
  placedMessage,
} from '../app/connection.ts'
import { deploymentOf, type StateFlags } from '../app/deployment.ts'
import { collect } from '../app/eventOptions.ts'
import { exactlyOnce } from '../app/exactlyOnce.ts'
import { follow } from '../app/follow.ts'
import { openSignals } from '../app/healthPort.ts'
import { type Deliver, runWithState } from '../app/runService.ts'
import { serviceLog } from '../app/serviceLog.ts'
import { stored } from '../app/stored.ts'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { createOutages } from '../base/outages.ts'
import type { Config } from '../config/schema.ts'
import { connectionSettings, serviceSettings } from '../config/settings.ts'
import type { Deployment } from '../delivery/deployment.ts'
import { type Measuring, measuredOutput } from '../delivery/measuredOutput.ts'
import { measuredSink } from '../delivery/measuredSink.ts'
import { isItemSink } from '../history/itemSink.ts'
import { pipelineTransform } from '../pipelines/applyPipeline.ts'
import type { LoadedPipeline } from '../pipelines/load.ts'
import { pipelineOutput } from '../pipelines/pipelineOutput.ts'
import { isKafka, type PipelinePlan, planPipelines, typesOf } from '../pipelines/plan.ts'
import { openSink } from '../sinks/configured.ts'
import { countedLog } from '../telemetry/countedLog.ts'
import { historySamples } from '../telemetry/historySamples.ts'
import { pipelineSamples, trackPipeline, waitingSample } from '../telemetry/pipelineProgress.ts'
import { watchThrottling } from '../telemetry/watchThrottling.ts'
import { exitCodeOf, type Shell } from '../terminal/shell.ts'

export function runCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('run')
    .summary('the service: events of a cluster to where the configuration says')
    .description('Reads a cluster and delivers its events, until a signal ends it.')
    .action(async (flags: RunFlags) => finish(await run(shell, flags)))
  addSettings(addConnectionOptions(command), serviceSettings)
  return command
    .option('--pipeline <file>', 'a pipeline, TypeScript or JavaScript; may be repeated', collect)
    .option('--accept-events-topic <topic>', 'events may go to this topic from now on, and went to another one before')
    .option(
      '--reset-unusable-state',
      'where the stored state no longer fits __consumer_offsets (the topic was created again, or lost records that koff had read), discard it and begin as at a first start',
    )
    .addHelpText(
      'after',
      `${connectionHelp}

Ctrl-C and SIGTERM end it well, with exit code 0.

Examples:
  koff run -c config/koff.example.yaml
  koff run --brokers localhost:9092 --pipeline pipelines/rebalance-workflows.ts
  KOFF_SASL_PASSWORD=… koff run -c koff.yaml --brokers kafka-1:9093`,
    )
}

interface RunFlags extends ConnectionFlags, StateFlags {
  readonly pipeline?: readonly string[]
}

async function run(shell: Shell, flags: RunFlags): Promise<number> {
  const loaded = await configOf(shell, flags, [...connectionSettings, ...serviceSettings])
  const { config } = loaded
  const plan = await planPipelines(loaded, flags.pipeline)
  const log = serviceLog({ level: config.logLevel, name: config.name, shell })
  try {
    const deployment = deploymentOf(config, plan.carrier, flags)
    await serve(shell, { config, plan, deployment, log }).catch((error: unknown) => {
      // What was under way when a signal came, the first contact for one, fails in its own way.
      if (!shell.signal.aborted || (error instanceof KoffError && !error.retriable)) throw error
    })
    log.info('ended')
    return 0
  } catch (error) {
    // Where there is no log it is said as by every other command.
    if (!(error instanceof KoffError) || config.logLevel === 'silent') throw error
    log.error(placedMessage(shell, error), { code: error.code })
    return exitCodeOf(error)
  }
}

/** A sink that fails for longer reports it; its caller writes again. */
const deliveryTimeoutMs = 5_000

interface Service {
  readonly config: Config
  readonly plan: PipelinePlan
  readonly deployment: Deployment
  readonly log: Log
}

/** The pipeline that carries the state, and beside it those that read what it wrote. Where one fails for good all end. */
async function serve(shell: Shell, { config, plan, deployment, log: written }: Service): Promise<void> {
  const { carrier, followers } = plan
  const closed: AbortSignal[] = []
  await using stack = new AsyncDisposableStack()
  const pipelines = [carrier, ...followers].map(({ name }) => name)
  const history = historyPlaceOf([carrier, ...followers].map(({ to }) => to))
  const signals = stack.use(await openSignals({ ...config, pipelines, history, log: written }))
  const { telemetry } = signals
  const log = countedLog(written, telemetry)
  stack.use(watchThrottling({ telemetry, log }))
  const retriedOf =
    (pipeline: string) =>
    ({ message: reason }: KoffError) => {
      telemetry.count('koff_sink_retries_total', { pipeline })
      log.debug(`pipeline ${pipeline}: ${reason}; trying again`, { pipeline, reason })
    }
  const open = async (loaded: LoadedPipeline) => {
    const retried = retriedOf(loaded.name)
    const types = typesOf(config, loaded)
    const endsWith = (signal: AbortSignal) => void closed.push(signal)
    const given = { types, broker: brokerOptions(config.kafka), stdout: shell.stdout, endsWith }
    const sink = stack.use(await openSink(loaded.to, { ...given, deliveryTimeoutMs, retried, log }))
    if (isItemSink(sink)) telemetry.sample(() => historySamples(loaded.name, sink.retained()))
    return sink
  }
  const everyMs = [carrier, ...followers].flatMap(({ to }) => (to.type === 'history' ? [to.progressEveryMs] : []))
  const progressEveryMs = everyMs.length === 0 ? null : Math.min(...everyMs)
  const sinks = new Map<LoadedPipeline, Awaited<ReturnType<typeof open>>>()
  for (const pipeline of followers) {
    sinks.set(pipeline, measuredSink(await open(pipeline), { telemetry, log, pipeline: pipeline.name }))
  }
  const deliver = isKafka(carrier)
    ? exactlyOnce(config, carrier, deployment, progressEveryMs !== null)
    : stored(config, await open(carrier))
  const failed = new AbortController()
  const signal = AbortSignal.any([shell.signal, failed.signal, ...closed])
  const { promise: isOpen, resolve: opened } = Promise.withResolvers<void>()
  const outages = createOutages(log)
  telemetry.sample(() => [waitingSample(carrier.name, outages.isOpen)])
  const running = [
    runWithState(shell, {
      config,
      deployment,
      progressEveryMs,
      deliver: transforming(carrier, deliver, { signal, opened, telemetry }),
      signal,
      log,
      outages,
      signals,
    }),
    ...[...sinks].map(async ([pipeline, sink]) => {
      if (!isKafka(carrier)) return
      const progress = trackPipeline(pipeline.name)
      telemetry.sample(() => pipelineSamples(progress.status()))
      // The carrier creates the topic.
      await Promise.race([isOpen, aborted(signal)])
      const retried = retriedOf(pipeline.name)
      await follow({ config, carrier, pipeline, sink, log, progress, retried, signal })
    }),
  ]
  const ends = running.map(run =>
    run.catch((error: unknown) => {
      failed.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(ends)
  if (failed.signal.aborted) throw failed.signal.reason
}

interface Transforming extends Pick<Measuring, 'telemetry'> {
  readonly signal: AbortSignal
  readonly opened: () => void
}

/** The result of the pipeline is delivered. */
function transforming(
  pipeline: LoadedPipeline,
  deliver: Deliver,
  { signal, opened, telemetry }: Transforming,
): Deliver {
  return async place => {
    const { output, ownership } = await deliver(place)
    const measured = measuredOutput(output, { telemetry, log: place.log, pipeline: pipeline.name })
    return { output: pipelineOutput(measured, { transform: pipelineTransform(pipeline), signal, opened }), ownership }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
}
