import { setTimeout as sleep } from 'node:timers/promises'
import { KoffError } from '../../base/errors.ts'
import type { Cluster } from '../client/cluster.ts'
import { codes } from '../protocol/errors.ts'
import { listGroups } from '../protocol/listGroups.ts'
import type { TopicMetadata } from '../protocol/metadata.ts'

export const consumerOffsets = '__consumer_offsets'

/** Looks whether a topic that the cluster says it does not have is kept from koff. */
export interface HiddenTopicCheck {
  /**
   * To be called with what the cluster said of the topic; asks further, at an interval, where it said that there is none,
   * and gives what it says in the end: a broker that has just started may not have heard of the topic yet.
   * @throws KoffError UNSUPPORTED where the topic must be there.
   */
  check(found: TopicMetadata | undefined, signal: AbortSignal): Promise<TopicMetadata | undefined>
}

const everyMs = 30_000
/** A broker may hear later of a topic than of the group that made it. */
const graceMs = 1_000

/**
 * Services whose brokers are shared by several customers (Confluent Cloud's among them) keep `__consumer_offsets` from all:
 * a broker of theirs answers as one does on whose cluster there never was a group. What tells the two apart are the
 * groups themselves, which a broker can keep nowhere but in that topic.
 */
export function hiddenTopicCheck(cluster: Cluster, topic: string): HiddenTopicCheck {
  let dueAt = Number.NEGATIVE_INFINITY
  return {
    async check(found, signal) {
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
          'on shared brokers hide it from everybody, and koff cannot read such a cluster',
      )
    },
  }
}

/** Whether there is anything to wait for is not known where koff sees no group. */
export function absentText(topic: string, then: 'waiting for it' | 'nothing to read'): string {
  const hint = topic === consumerOffsets ? ' (the first group makes it; a managed service may hide it for ever)' : ''
  return `${topic} is not there yet: ${then}${hint}`
}

function isUnknown(found: TopicMetadata | undefined): boolean {
  return found === undefined || found.errorCode === codes.UNKNOWN_TOPIC_OR_PARTITION
}

/** The id of a group that is there; null where koff sees none, or nobody answers. */
async function anyGroup(cluster: Cluster, signal: AbortSignal): Promise<string | null> {
  for (const node of cluster.nodes()) {
    try {
      const connection = await cluster.connect(node, signal)
      try {
        const [group] = await connection.send(listGroups, null)
        if (group !== undefined) return group
      } finally {
        connection.close()
      }
    } catch (error) {
      // What cannot be found out changes nothing: the topic is waited for.
      if (!(error instanceof KoffError) || signal.aborted) throw error
    }
  }
  return null
}
