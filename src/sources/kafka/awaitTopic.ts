import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../base/log.ts'
import { tellOpening } from '../../base/opening.ts'
import { authorizationFailure } from '../../kafka/client/brokerFailure.ts'
import { openCluster } from '../../kafka/client/cluster.ts'
import { absentText, hiddenTopicCheck } from '../../kafka/consumer/hiddenTopic.ts'
import type { BrokerOptions } from '../../kafka/net/brokerOptions.ts'
import { codes } from '../../kafka/protocol/errors.ts'

export interface AwaitTopicOptions {
  readonly topic: string
  readonly signal: AbortSignal
  readonly log: Log
}

export interface FoundTopic {
  /** Kafka's cluster id. */
  readonly cluster: string
  /** How many it has. */
  readonly partitions: number
  /** It was not there at first: all that it holds came after the start. */
  readonly isNew: boolean
}

const pauseMs = 1_000

/**
 * Waits for a topic to be there, however long that takes; it is never created. Fails as `openKafkaSource` does where no
 * broker answers at first, koff may not see the topic, or the cluster hides it from everybody.
 */
export async function awaitTopic(
  options: BrokerOptions,
  { topic, signal, log }: AwaitTopicOptions,
): Promise<FoundTopic> {
  const cluster = await openCluster(options, signal, tellOpening(log)(`Kafka at ${options.brokers.join(',')}`))
  const hidden = hiddenTopicCheck(cluster, topic)
  try {
    for (let tries = 0; ; tries++) {
      const { topics } = await cluster.metadata({ names: [topic] }, signal)
      const found = await hidden.check(topics[0], signal)
      if (found?.errorCode === codes.TOPIC_AUTHORIZATION_FAILED) {
        throw authorizationFailure(cluster.connection?.broker ?? options.brokers.join(', '), 'Describe', topic)
      }
      if (found !== undefined && found.errorCode === 0 && found.partitions.length > 0) {
        if (tries > 0) log.info(`${topic} is there now`, { topic })
        return { cluster: cluster.id, partitions: found.partitions.length, isNew: tries > 0 }
      }
      if (tries === 0) log.info(absentText(topic, 'waiting for it'), { topic })
      await sleep(pauseMs, undefined, { signal })
    }
  } finally {
    cluster.close()
  }
}
