import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../base/errors.ts'
import { consumerOffsets } from '../../coordinator/consumerOffsets.ts'
import type { Cluster } from '../../kafka/client/cluster.ts'
import { codes } from '../../kafka/protocol/errors.ts'
import { listGroups } from '../../kafka/protocol/listGroups.ts'
import type { TopicMetadata } from '../../kafka/protocol/metadata.ts'

/**
 * Takes the cluster's metadata of the topic, and returns what to believe: a broker that has just started may not know
 * the topic yet.
 * @throws KoffError UNSUPPORTED where the topic exists, but is hidden.
 */
export type HiddenTopicCheck = (
  found: TopicMetadata | undefined,
  signal: AbortSignal,
) => Promise<TopicMetadata | undefined>

const everyMs = 30_000
/** A broker may know a group before it knows the topic that the group created. */
const graceMs = 1_000

/**
 * Services that share brokers among customers (Confluent Cloud is one) hide `__consumer_offsets`: their brokers answer as
 * those of a cluster without groups. A group tells the two apart, because brokers store groups in that topic only.
 */
export function hiddenTopicCheck(cluster: Cluster, topic: string): HiddenTopicCheck {
  let dueAt = Number.NEGATIVE_INFINITY
  return async (found, signal) => {
    if (topic !== consumerOffsets || !isUnknown(found) || performance.now() < dueAt) return found
    dueAt = performance.now() + everyMs
    const group = await anyGroup(cluster, signal)
    if (group === null) return found
    await sleep(graceMs, undefined, { signal })
    const { topics } = await cluster.metadata({ names: [topic] }, signal)
    if (!isUnknown(topics[0])) return topics[0]
    throw new KoffError(
      'UNSUPPORTED',
      `the cluster has consumer groups (${JSON.stringify(group)} is one), but shows no topic ${topic}: managed services ` +
        'on shared brokers hide it, and koff cannot read such a cluster',
    )
  }
}

/** Without a group, koff cannot know whether the topic will ever appear. */
export function absentText(topic: string, isWaiting: boolean): string {
  const hint = topic === consumerOffsets ? ' (the first group creates it; a managed service may hide it for ever)' : ''
  return `${topic} does not exist yet: ${isWaiting ? 'waiting for it' : 'nothing to read'}${hint}`
}

function isUnknown(found: TopicMetadata | undefined): boolean {
  return found === undefined || found.errorCode === codes.UNKNOWN_TOPIC_OR_PARTITION
}

/** The id of any group; null where koff sees none, or no broker answers. */
async function anyGroup(cluster: Cluster, signal: AbortSignal): Promise<string | null> {
  for (const node of cluster.nodes()) {
    try {
      const connection = await cluster.connect(node, signal)
      try {
        const [group] = await connection.send(listGroups, [])
        if (group !== undefined) return group.group
      } finally {
        connection.close()
      }
    } catch (error) {
      // Without an answer the topic is waited for, as without a group.
      if (!(error instanceof KoffError) || signal.aborted) throw error
    }
  }
  return null
}
