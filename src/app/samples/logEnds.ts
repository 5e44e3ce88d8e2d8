import type { Fold } from '../../engine/fold.ts'
import type { DescribedTopic, KafkaAdmin, LogRange } from '../../kafka/client/admin.ts'
import type { LogEndInput, ShareStartInput, TopicInput } from '../../state/input.ts'

export interface LogEndsOptions {
  readonly fold: Fold
  readonly wants: (group: string) => boolean
  readonly admin: KafkaAdmin
}

/** Topics of a round that differ from the round before. */
export type NewsIn = (topics: readonly DescribedTopic[]) => readonly DescribedTopic[]

/** The log ends of topics that groups commit to, and the topics that they subscribe to. */
export async function sampleLogEnds(
  { fold, wants, admin }: LogEndsOptions,
  newsIn: NewsIn,
  shares: readonly ShareStartInput[],
): Promise<{ readonly topics: readonly TopicInput[]; readonly ends: readonly LogEndInput[] }> {
  const committed = [...fold.reads.committed(wants), ...shares.map(({ topic, partition }) => ({ topic, partition }))]
  const subscribed = fold.reads.subscribed(wants)
  const ends = await trustworthy(await admin.sampleLogEnds(committed), fold, admin)
  const topics = await admin.describeTopics([...subscribed, ...committed.map(({ topic }) => topic)])
  return {
    topics: newsIn(topics).map((topic): TopicInput => ({ kind: 'topic', ...topic })),
    ends: ends.map((end): LogEndInput => ({ kind: 'logEnd', ...end })),
  }
}

/** Only of the topics of the last round: others may never be requested again. */
export function topicNews(): NewsIn {
  let known = new Map<string, string>()
  return topics => {
    const now = new Map(topics.map(({ name, id, partitions }) => [name, `${id} ${partitions}`]))
    const news = topics.filter(({ name }) => known.get(name) !== now.get(name))
    known = now
    return news
  }
}

/** The maximum age of a topic id for a topic whose log became shorter. */
const freshMs = 1_000

/**
 * Drops samples that are not of the topic that they name. Leaders are looked up once a minute, and a topic that was
 * recreated meanwhile has another log, which is detected where it is shorter.
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
