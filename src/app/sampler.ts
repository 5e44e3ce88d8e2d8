import { KoffError } from '../base/errors.ts'
import type { Config, KafkaConfig } from '../config/schema.ts'
import { consumerOffsets } from '../coordinator/consumerOffsets.ts'
import type { Fold } from '../engine/fold.ts'
import { type Sample, sampledSource } from '../engine/sampledSource.ts'
import type { Source } from '../engine/source.ts'
import type { DescribedTopic, KafkaAdmin, LogRange } from '../kafka/client/admin.ts'
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

/** Those of the topics of a round that are others than in the round before. */
type NewsIn = (topics: readonly DescribedTopic[]) => readonly DescribedTopic[]

/** Fails as `openKafkaAdmin` does. */
export async function openSampler({ kafka, fold, conditions, wants }: SamplerOptions): Promise<Sampler> {
  const { sampleEveryMs: everyMs, samples } = conditions
  const { openKafkaAdmin } = await import('../kafka/client/admin.ts')
  const admin = await openKafkaAdmin(brokerOptions(kafka))

  const sample = async (read: readonly number[], newsIn: NewsIn): Promise<Sample> => {
    const own = read.map(partition => ({ topic: consumerOffsets, partition }))
    const committed = samples ? fold.reads.committed(wants) : []
    const subscribed = samples ? fold.reads.subscribed(wants) : []
    const ends = await trustworthy(await admin.sampleLogEnds([...committed, ...own]), fold, admin)
    const topics = await admin.describeTopics([...subscribed, ...committed.map(({ topic }) => topic)])
    const readEnds = new Map(ends.filter(isOwn).map(({ partition, logEnd }) => [partition, logEnd] as const))
    const inputs = [
      ...newsIn(topics).map((topic): TopicInput => ({ kind: 'topic', ...topic })),
      ...ends.filter(end => !isOwn(end)).map((end): LogEndInput => ({ kind: 'logEnd', ...end })),
    ]
    return { inputs, readEnds }
  }
  return {
    around: source => {
      let told = new Map<string, string>()
      // Only of the topics of the last round: others may never be asked for again.
      const newsIn = (topics: readonly DescribedTopic[]) => {
        const now = new Map(topics.map(({ name, id, partitions }) => [name, `${id} ${partitions}`]))
        const news = topics.filter(({ name }) => told.get(name) !== now.get(name))
        told = now
        return news
      }
      return sampledSource({ source, everyMs, sample: read => sample(read, newsIn).catch(noneUntilLater) })
    },
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  }
}

/** How old the id of a topic may be whose log is shorter than it was. */
const freshMs = 1_000

/**
 * Leaves out samples that are not of the topic that they name: leaders are looked up once a minute, and a topic that was
 * made anew meanwhile has another log, which shows where that is shorter.
 */
export async function trustworthy(
  ends: readonly LogRange[],
  { logEnds }: Pick<Fold, 'logEnds'>,
  admin: Pick<KafkaAdmin, 'describeTopics'>,
): Promise<readonly LogRange[]> {
  const shorter = new Set<string>()
  for (const { topic, partition, logEnd } of ends) {
    if (logEnd < (logEnds.lastEnd(topic, partition) ?? 0)) shorter.add(topic)
  }
  if (shorter.size === 0) return ends
  const described = await admin.describeTopics(shorter, freshMs)
  const ids = new Map(described.map(({ name, id }) => [name, id]))
  return ends.filter(({ topic, topicId = '' }) => !shorter.has(topic) || ids.get(topic) === topicId)
}

function isOwn({ topic }: LogRange): boolean {
  return topic === consumerOffsets
}

/** A sample that cannot be had is no reason to lose records. */
function noneUntilLater(error: unknown): Sample {
  if (error instanceof KoffError && error.retriable) return { inputs: [], readEnds: new Map() }
  throw error
}
