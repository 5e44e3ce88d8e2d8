import type { LoadedConfig } from '../config/load.ts'
import type { Fold } from '../engine/fold.ts'
import type { Source } from '../engine/source.ts'
import { catchUpProgress } from '../terminal/progress.ts'
import { noteLog, type Shell } from '../terminal/shell.ts'
import { brokerOptions } from './connection.ts'
import { openSampler } from './samples/sampler.ts'

export interface ClusterLogOptions {
  readonly shell: Shell
  readonly config: LoadedConfig['config']
  /** The groups whose log ends are sampled. */
  readonly wants: (group: string) => boolean
  /** Default: up to the present end of the log, with one round of samples there. */
  readonly follow?: { readonly sampleEveryMs: number; readonly from?: ReadonlyMap<number, number> }
  readonly partitions?: readonly number[]
  /** False: no samples. */
  readonly samples?: boolean
}

/** `__consumer_offsets` of a cluster, with samples, and with progress on a terminal. */
export async function openClusterLog(options: ClusterLogOptions, fold: Fold): Promise<Source> {
  const { shell, config, wants, follow, partitions, samples = true } = options
  const { kafka, conditions } = config
  const { openKafkaSource } = await import('../sources/kafka/source.ts')
  await using parts = new AsyncDisposableStack()
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
  const progress = parts.use(catchUpProgress(source, shell))
  const sampling = {
    ...conditions,
    samples: samples && conditions.samples,
    sampleEveryMs: follow?.sampleEveryMs ?? longMs,
  }
  const sampler = samples
    ? parts.use(await openSampler({ kafka, conditions: sampling, fold, wants, log: noteLog(shell) }))
    : null
  const log = sampler === null ? progress.source : sampler.around(progress.source)
  const held = parts.move()
  return {
    cluster: source.cluster,
    chunks: signal => log.chunks(signal),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

const longMs = 2 ** 31 - 1
