import { KoffError } from '../base/errors.ts'
import type { Config, KafkaConfig } from '../config/schema.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { Fold } from '../engine/fold.ts'
import { type Sample, sampledSource } from '../engine/sampledSource.ts'
import type { Source } from '../engine/source.ts'
import type { DescribedTopic, LogRange } from '../kafka/client/admin.ts'
import type { LogEndInput, TopicInput } from '../state/input.ts'
import { brokerOptions } from './connection.ts'

export interface SamplerOptions {
  readonly kafka: KafkaConfig
  /** Tells which partitions its groups commit to and which topics they subscribe to. */
  readonly fold: Fold
  /** How often; and where `samples` is off, nothing is asked about the topics of groups, and time goes on all the same. */
  readonly conditions: Pick<Config['conditions'], 'sampleEveryMs' | 'samples'>
  /** Which groups matter. */
  readonly wants: (group: string) => boolean
}

/** Looks at an interval where the logs end that the groups of a fold read, over connections of its own. */
export interface Sampler extends AsyncDisposable {
  /** The source with the samples between its inputs. */
  around(source: Source): Source
}

/** Fails as `openKafkaAdmin` does. */
export async function openSampler({ kafka, fold, conditions, wants }: SamplerOptions): Promise<Sampler> {
  const { sampleEveryMs: everyMs, samples } = conditions
  const { openKafkaAdmin } = await import('../kafka/client/admin.ts')
  const admin = await openKafkaAdmin(brokerOptions(kafka))

  const sample = async (read: readonly number[], isNews: (topic: DescribedTopic) => boolean): Promise<Sample> => {
    const own = read.map(partition => ({ topic: consumerOffsets, partition }))
    const committed = samples ? fold.reads.committed(wants) : []
    const subscribed = samples ? fold.reads.subscribed(wants) : []
    const ends = await admin.sampleLogEnds([...committed, ...own])
    const topics = await admin.describeTopics([...subscribed, ...committed.map(({ topic }) => topic)])
    const readEnds = new Map(ends.filter(isOwn).map(({ partition, logEnd }) => [partition, logEnd] as const))
    const inputs = [
      ...topics.filter(isNews).map((topic): TopicInput => ({ kind: 'topic', ...topic })),
      ...ends.filter(end => !isOwn(end)).map((end): LogEndInput => ({ kind: 'logEnd', ...end })),
    ]
    return { inputs, readEnds }
  }
  return {
    around: source => {
      const told = new Map<string, string>()
      const isNews = ({ name, id, partitions }: DescribedTopic) => {
        const before = told.get(name)
        told.set(name, `${id} ${partitions}`)
        return before !== told.get(name)
      }
      return sampledSource({ source, everyMs, sample: read => sample(read, isNews).catch(noneUntilLater) })
    },
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  }
}

function isOwn({ topic }: LogRange): boolean {
  return topic === consumerOffsets
}

/** A sample that cannot be had is no reason to lose records. */
function noneUntilLater(error: unknown): Sample {
  if (error instanceof KoffError && error.retriable) return { inputs: [], readEnds: new Map() }
  throw error
}
