import { Command } from 'commander'
import {
  addConnectionOptions,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionHelp,
} from '../app/connection.ts'
import { collect } from '../app/eventOptions.ts'
import type { PipelineState } from '../app/pipelineStates.ts'
import { KoffError } from '../base/errors.ts'
import type { Config } from '../config/schema.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import { shortDuration, shortTime, zoneText } from '../terminal/clock.ts'
import {
  addListOptions,
  addOutputOptions,
  type ListFlags,
  listed,
  type Orders,
  type OutputFlags,
  viewOf,
} from '../terminal/output.ts'
import { catchUpProgress, waitProgress } from '../terminal/progress.ts'
import { interruptionCode, noteLog, put, putJson, type Shell } from '../terminal/shell.ts'
import { type Column, table } from '../terminal/table.ts'

interface StatusOptions extends ConnectionFlags, OutputFlags, ListFlags {
  readonly stateTopic?: string
  readonly pipeline?: readonly string[]
}

/** A line of `koff status --json`, as `PipelineState` is. Before the first commit only the log is known. */
interface PartitionStatus {
  readonly partition: number
  /** The next offset to read after everything before it is delivered. */
  readonly position: number | null
  /** Null where the partition currently has no leader. */
  readonly logEnd: number | null
  readonly lag: number | null
  readonly inHistory: boolean | null
  readonly historyEnd: number | null
  /** `host/pid` of the instance that committed last, and when, ms. */
  readonly owner: string | null
  readonly committedAt: number | null
}

export function statusCommand(shell: Shell, finish: (code: number) => void): Command {
  const command = new Command('status')
    .summary('how far koff run is, partition by partition, and whether its pipelines run')
    .description(
      'Says, from the state topic, how far each partition of __consumer_offsets is delivered, and by whom; and of each pipeline that reads the events, whether it runs, waits or is stopped, and how far it is behind.',
    )
    .option('--state-topic <name>', "where the state is; the configuration's, or <name>.state, unless given")
    .option('--pipeline <file>', 'a pipeline that koff run was given, too; may be repeated', collect)
    .action(async (options: StatusOptions) => finish(await status(shell, options)))
  return addConnectionOptions(addListOptions(addOutputOptions(command), orders)).addHelpText(
    'after',
    `${connectionHelp}

The instance named is the one that committed last. One with nothing to do commits nothing, so an old commit with a lag
of 0 is all well.

A pipeline waits where its sink cannot be opened, or takes nothing although events are there (Redis away, a history that
is locked): WAITS-FOR is what is in its way as it looks from here, SINCE the oldest event that it has not delivered. It
is stopped where no koff runs it. Name the configuration that has the
pipelines with -c.

Examples:
  koff status --brokers kafka-1:9092
  koff status -c koff.yaml --json | jq -c 'select(.state == "waits")'`,
  )
}

async function status(shell: Shell, options: StatusOptions): Promise<number> {
  const loaded = await configOf(shell, options)
  const { planPipelines, isKafka, stateTopicOf } = await import('../pipelines/plan.ts')
  const { carrier, followers } = await planPipelines(loaded, options.pipeline)
  const { config } = loaded
  const isDescribed = options.config !== undefined || options.pipeline !== undefined
  if (isDescribed && !isKafka(carrier) && options.stateTopic === undefined) {
    const where = `${config.state.dir}/${config.name}.db`
    const message = `status: nothing writes all events to Kafka, so the state is in ${where}, which only the koff that runs can read; its log and /metrics say how far it is`
    throw new KoffError('UNSUPPORTED', message)
  }
  const stateTopic =
    options.stateTopic ?? (isKafka(carrier) ? stateTopicOf(config, carrier.to) : `${config.name}.state`)
  const progress = await progressOf(shell, config, stateTopic)
  const partitions = listed(progress, orders, options)
  const { pipelineStates } = await import('../app/pipelineStates.ts')
  using waiting = waitProgress(shell, 'asking brokers and sinks about the pipelines')
  const states = isKafka(carrier)
    ? await pipelineStates({ config, carrier, followers, progress, signal: shell.signal })
    : []
  waiting.clear()
  if (shell.signal.aborted) return interruptionCode(shell)
  const view = viewOf(shell, options)
  if (view.format === 'json') {
    for (const line of [...partitions, ...states]) await putJson(shell.stdout, `${JSON.stringify(line)}\n`)
    return 0
  }
  await put(shell.stdout, table(partitions, partitionColumns, view))
  if (states.length > 0) await put(shell.stdout, `\n${table(states, pipelineColumns, view)}`)
  await put(shell.stdout, `${view.ink('dim', `times in ${zoneText(Date.now())}`)}\n`)
  return 0
}

async function progressOf(shell: Shell, config: Config, stateTopic: string): Promise<PartitionStatus[]> {
  const { signal } = shell
  const { openKafkaAdmin } = await import('../kafka/client/admin.ts')
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  const { storedProgress } = await import('../sinks/kafka/exactlyOnce/progress.ts')
  const { awaitTopic } = await import('../sources/kafka/awaitTopic.ts')
  const { noLog } = await import('../base/log.ts')
  const broker = brokerOptions(config.kafka)
  await using source = await openKafkaSource({
    ...broker,
    topic: stateTopic,
    topicNames: false,
    untilEnd: true,
    waitForTopic: false,
    log: noteLog(shell),
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof KoffError && error.message.includes(`no topic ${stateTopic}`))) throw error
    const message = `${error.message}: koff run makes it when it has a sink of type kafka; name another one with --state-topic or -c`
    throw new KoffError(error.code, message, { cause: error })
  })
  using reading = catchUpProgress(source, shell)
  const progress = await storedProgress(reading.source, stateTopic, signal)
  // An instance with a state has read the topic.
  const { partitions: count } = await awaitTopic(broker, { topic: consumerOffsets, signal, log: noLog })
  await using admin = await openKafkaAdmin(broker)
  const partitions = Array.from({ length: count }, (_, partition) => partition)
  const samples = await admin.sampleLogEnds(partitions.map(partition => ({ topic: consumerOffsets, partition })))
  const ends = new Map(samples.map(({ partition, logEnd }) => [partition, logEnd]))
  return partitions.map(partition => {
    const { stored = null, owner = null } = progress.get(partition) ?? {}
    const logEnd = ends.get(partition) ?? null
    return {
      partition,
      position: stored?.position ?? null,
      logEnd,
      lag: stored === null || logEnd === null ? null : Math.max(0, logEnd - stored.position),
      inHistory: stored?.inHistory ?? null,
      historyEnd: stored?.historyEnd ?? null,
      owner: owner === null ? null : `${owner.host}/${owner.pid}`,
      committedAt: owner?.committedAt ?? null,
    }
  })
}

const partitionColumns: readonly Column<PartitionStatus>[] = [
  { head: 'PARTITION', align: 'right', text: ({ partition }) => String(partition) },
  { head: 'POSITION', align: 'right', text: ({ position }) => String(position ?? '-') },
  { head: 'LOG-END', align: 'right', text: ({ logEnd }) => String(logEnd ?? '-') },
  { head: 'LAG', align: 'right', text: ({ lag }) => String(lag ?? '-') },
  { head: 'READS', text: readsWhat },
  {
    head: 'LAST-COMMIT',
    align: 'left',
    text: ({ committedAt }) => timeText(committedAt),
  },
  { head: 'BY', text: ({ owner }) => owner ?? '-' },
]

const pipelineColumns: readonly Column<PipelineState>[] = [
  { head: 'PIPELINE', text: ({ pipeline }) => pipeline },
  { head: 'SINK', text: ({ sink }) => sink },
  { head: 'STATE', text: ({ state }) => state ?? '-' },
  { head: 'LAG', align: 'right', text: ({ lag }) => String(lag ?? '-') },
  { head: 'OLDEST', align: 'right', text: ({ oldest }) => ageText(oldest) },
  { head: 'SINCE', text: ({ since }) => timeText(since) },
  { head: 'WAITS-FOR', gives: 'words', text: ({ reason }) => reason ?? '-' },
]

/** By partition, or the furthest behind first. */
const orders: Orders<PartitionStatus> = {
  partition: (a, b) => a.partition - b.partition,
  lag: (a, b) => (b.lag ?? -1) - (a.lag ?? -1),
}

function timeText(time: number | null): string {
  return time === null ? '-' : shortTime(time, Date.now())
}

function ageText(time: number | null): string {
  return time === null ? '-' : `${shortDuration(Math.max(0, Date.now() - time))} ago`
}

function readsWhat({ inHistory, historyEnd }: PartitionStatus): string {
  if (inHistory === null) return '-'
  return inHistory ? `history, to ${historyEnd ?? 'its end'}` : 'news'
}
