import type { Config } from '../config/schema.ts'
import type { Fold } from '../engine/fold.ts'
import type { Source } from '../engine/source.ts'
import { catchUpProgress, waitProgress } from '../terminal/progress.ts'
import { noteLog, type Shell } from '../terminal/shell.ts'
import { brokerOptions } from './connection.ts'
import { openSampler } from './samples/sampler.ts'

export interface ClusterLogOptions {
  readonly shell: Shell
  readonly config: Config
  /** The groups whose log ends are sampled. */
  readonly wants: (group: string) => boolean
  /** Default: up to the present end of the log, with one round of samples there. */
  readonly follow?: { readonly sampleEveryMs: number; readonly from?: ReadonlyMap<number, number> }
  readonly partitions?: readonly number[]
  /** False: no samples. */
  readonly samples?: boolean
}

/** `__consumer_offsets` of a cluster, before it is read. */
export interface ClusterLog extends AsyncDisposable {
  /** Kafka's cluster id. */
  readonly cluster: string
  /** The log with samples for a fold. Disposing of `ClusterLog` closes it. */
  read(fold: Fold): Promise<Pick<Source, 'chunks'>>
}

/** Opens the log of a cluster; reading it shows progress on a terminal. */
export async function openClusterLog(options: ClusterLogOptions): Promise<ClusterLog> {
  const { shell, config, wants, follow, partitions, samples = true } = options
  const { kafka, conditions } = config
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  await using parts = new AsyncDisposableStack()
  using connecting = waitProgress(shell, 'connecting to the brokers')
  const source = parts.use(
    await openKafkaSource({
      ...brokerOptions(kafka),
      ...(partitions === undefined ? {} : { partitions }),
      ...(follow?.from === undefined ? {} : { from: new Map(follow.from) }),
      untilEnd: follow === undefined,
      beginWithinMs: kafka.connectTimeoutMs,
      log: noteLog(shell),
      signal: shell.signal,
    }),
  )
  connecting.clear()
  const progress = parts.use(catchUpProgress(source, shell))
  const held = parts.move()
  return {
    cluster: source.cluster,
    async read(fold) {
      if (!samples) return progress.source
      const sampleEveryMs = follow?.sampleEveryMs ?? longMs
      const sampler = held.use(
        await openSampler({ kafka, conditions: { ...conditions, sampleEveryMs }, fold, wants, log: noteLog(shell) }),
      )
      return sampler.around(progress.source)
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

const longMs = 2 ** 31 - 1
