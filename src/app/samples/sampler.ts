import { KoffError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Config, KafkaConfig } from '../../config/schema.ts'
import { consumerOffsets } from '../../coordinator/consumerOffsets.ts'
import type { Fold } from '../../engine/fold.ts'
import { type Sample, sampledSource } from '../../engine/sampledSource.ts'
import type { Source } from '../../engine/source.ts'
import { brokerOptions } from '../connection.ts'
import { groupStates } from './groupStates.ts'
import { sampleLogEnds, topicNews } from './logEnds.ts'
import { recordTimes } from './recordTimes.ts'
import { sampleShareStarts } from './shareStarts.ts'

export interface SamplerOptions {
  readonly kafka: KafkaConfig
  /** Knows which partitions its groups commit to and which topics they subscribe to. */
  readonly fold: Fold
  /** The interval; with `samples` off, groups and topics are not sampled, but time still advances. */
  readonly conditions: Pick<Config['conditions'], 'sampleEveryMs' | 'samples'>
  /** The groups that matter. */
  readonly wants: (group: string) => boolean
  readonly log: Log
}

/** Samples the cluster at an interval, over connections of its own, for what the log does not contain. */
export interface Sampler extends AsyncDisposable {
  /** The source with the samples between its inputs. */
  around(source: Source): Source
}

/** Fails as `openKafkaAdmin` does. */
export async function openSampler({ kafka, fold, conditions, wants, log }: SamplerOptions): Promise<Sampler> {
  const { sampleEveryMs: everyMs, samples } = conditions
  const { openKafkaAdmin } = await import('../../kafka/client/admin.ts')
  const admin = await openKafkaAdmin(brokerOptions(kafka))
  const context = { fold, wants, admin, log }
  const states = groupStates(context)

  return {
    around: source => {
      const newsIn = topicNews()
      const times = recordTimes(context)
      const look = async (positions: ReadonlyMap<number, number>): Promise<Omit<Sample, 'readEnds'>> => {
        const [listed, shares] = await Promise.all([states(positions), sampleShareStarts(context)])
        const { topics, ends } = await sampleLogEnds(context, newsIn, shares)
        return { inputs: [...topics, ...ends, ...(await times(ends, shares)), ...shares], ...listed }
      }
      const sample = async (positions: ReadonlyMap<number, number>): Promise<Sample> => {
        const found = samples ? await look(positions) : { inputs: [] }
        // Last: the sample waits until these ends are read.
        const own = [...positions.keys()].map(partition => ({ topic: consumerOffsets, partition }))
        const readEnds = (await admin.sampleLogEnds(own)).map(({ partition, logEnd }) => [partition, logEnd] as const)
        return { ...found, readEnds: new Map(readEnds) }
      }
      return sampledSource({ source, everyMs, sample: positions => sample(positions).catch(noneUntilLater) })
    },
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  }
}

/** A failed sample must not stop the service. */
function noneUntilLater(error: unknown): Sample {
  if (error instanceof KoffError && error.retriable) return { inputs: [], readEnds: new Map() }
  throw error
}
