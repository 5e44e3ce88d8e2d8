import { Command } from 'commander'
import {
  addConnectionOptions,
  brokerOptions,
  type ConnectionFlags,
  configOf,
  connectionHelp,
} from '../app/connection.ts'
import { KoffError } from '../base/errors.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import { type Column, columns } from '../terminal/columns.ts'
import { localTime } from '../terminal/localTime.ts'
import { interruptionCode, noteLog, put, putJson, type Shell } from '../terminal/shell.ts'

interface StatusOptions extends ConnectionFlags {
  readonly json?: true
  readonly stateTopic?: string
}

/** A line of `koff status --json`. Where nobody ever committed, only the log is known. */
interface PartitionStatus {
  readonly partition: number
  /** The next offset to read, once what is before it is delivered. */
  readonly position: number | null
  /** Null where the partition has no leader now. */
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
    .summary('how far koff run is, partition by partition')
    .description('Says, from the state topic, how far each partition of __consumer_offsets is delivered, and by whom.')
    .option('--state-topic <name>', "where the state is; the configuration's, or <name>.state, unless given")
    .option('--json', 'one JSON object a line; the default where the output is no terminal')
    .action(async (options: StatusOptions) => finish(await status(shell, options)))
  return addConnectionOptions(command).addHelpText(
    'after',
    `${connectionHelp}

The instance named is the one that committed last. One with nothing to do commits nothing, so an old commit with a lag
of 0 is all well.

Examples:
  koff status --brokers kafka-1:9092
  koff status -c koff.yaml --json | jq -s 'map(.lag) | add'`,
  )
}

async function status(shell: Shell, options: StatusOptions): Promise<number> {
  const loaded = await configOf(shell, options)
  const stateTopic = options.stateTopic ?? (await plannedStateTopic(loaded))
  const lines = await progressOf(shell, loaded.config, stateTopic)
  if (shell.signal.aborted) return interruptionCode(shell)
  if (options.json === true || shell.stdout.isTTY !== true) {
    for (const line of lines) await putJson(shell.stdout, `${JSON.stringify(line)}\n`)
  } else await put(shell.stdout, columns(lines, tableColumns))
  return 0
}

async function plannedStateTopic(loaded: LoadedConfig): Promise<string> {
  const { isKafka, planPipelines, stateTopicOf } = await import('../pipelines/plan.ts')
  const { carrier } = await planPipelines(loaded)
  return isKafka(carrier) ? stateTopicOf(loaded.config, carrier.to) : `${loaded.config.name}.state`
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
  const progress = await storedProgress(source, stateTopic, signal)
  // Whoever has a state has read the topic that it is of.
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

const tableColumns: readonly Column<PartitionStatus>[] = [
  { head: 'partition', align: 'right', text: ({ partition }) => String(partition) },
  { head: 'position', align: 'right', text: ({ position }) => String(position ?? '-') },
  { head: 'log end', align: 'right', text: ({ logEnd }) => String(logEnd ?? '-') },
  { head: 'lag', align: 'right', text: ({ lag }) => String(lag ?? '-') },
  { head: 'reads', align: 'left', text: readsWhat },
  {
    head: 'last commit',
    align: 'left',
    text: ({ committedAt }) => (committedAt === null ? '-' : (localTime(committedAt)?.slice(0, 19) ?? '-')),
  },
  { head: 'by', align: 'left', text: ({ owner }) => owner ?? '-' },
]

function readsWhat({ inHistory, historyEnd }: PartitionStatus): string {
  if (inHistory === null) return '-'
  return inHistory ? `history, to ${historyEnd ?? 'its end'}` : 'news'
}
