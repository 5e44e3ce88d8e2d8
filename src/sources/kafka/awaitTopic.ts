import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../base/log.ts'
import { tellOpening } from '../../base/opening.ts'
import { authorizationFailure } from '../../kafka/client/brokerFailure.ts'
import { openCluster } from '../../kafka/client/cluster.ts'
import type { BrokerOptions } from '../../kafka/net/brokerOptions.ts'
import { codes } from '../../kafka/protocol/errors.ts'
import { absentText, hiddenTopicCheck } from './hiddenTopic.ts'

export interface AwaitTopicOptions {
  readonly topic: string
  readonly signal: AbortSignal
  readonly log: Log
  /** Called once, where the cluster answers that the topic does not exist. */
  readonly onAbsent?: () => void
}

export interface FoundTopic {
  /** Kafka's cluster id. */
  readonly cluster: string
  /** Number of partitions of the topic. */
  /** Kafka's id of the topic; null from brokers before 2.8, which have none. */
  readonly id: string | null
  readonly partitions: number
  /** It was created after the start, so no record is older. */
  readonly isNew: boolean
}

const pauseMs = 1_000

/**
 * Waits until a topic exists, for any time, and never creates it. Fails as `openKafkaSource` does: where no broker
 * answers at first, koff may not see the topic, or the cluster hides it.
 */
export async function awaitTopic(
  options: BrokerOptions,
  { topic, signal, log, onAbsent }: AwaitTopicOptions,
): Promise<FoundTopic> {
  const cluster = await openCluster(options, signal, tellOpening(log)(`Kafka at ${options.brokers.join(',')}`))
  const check = hiddenTopicCheck(cluster, topic)
  try {
    for (let tries = 0; ; tries++) {
      const { topics } = await cluster.metadata({ names: [topic] }, signal)
      const found = await check(topics[0], signal)
      if (found?.errorCode === codes.TOPIC_AUTHORIZATION_FAILED) {
        throw authorizationFailure(cluster.connection?.broker ?? options.brokers.join(', '), 'Describe', topic)
      }
      if (found !== undefined && found.errorCode === 0 && found.partitions.length > 0) {
        if (tries > 0) log.info(`${topic} now exists`, { topic })
        return { cluster: cluster.id, id: found.id, partitions: found.partitions.length, isNew: tries > 0 }
      }
      if (tries === 0) {
        log.info(absentText(topic, true), { topic })
        onAbsent?.()
      }
      await sleep(pauseMs, undefined, { signal })
    }
  } finally {
    cluster.close()
  }
}
