import type { Config } from '../config/schema.ts'
import { revealed } from '../config/values/revealed.ts'
import type { Deployment } from '../delivery/deployment.ts'
import { instancesGroup } from '../engine/ownGroups.ts'
import { historyTopicOf, type KafkaPipeline, stateTopicOf, typesOf } from '../pipelines/plan.ts'
import { routesOf } from '../sinks/kafka/routes.ts'
import { brokerOptions } from './connection.ts'
import type { Deliver } from './runService.ts'

/** Events to a topic, state to another, in one transaction; the partitions are shared by all instances that run. */
export function exactlyOnce(
  config: Config,
  carrier: KafkaPipeline,
  deployment: Deployment,
  keepsHistory: boolean,
): Deliver {
  return async ({ partitions, log, outages }) => {
    const { openStateLog } = await import('../sources/kafka/stateLog.ts')
    const { checkAdmission } = await import('../sinks/kafka/exactlyOnce/admission.ts')
    const { exactlyOnceOutput } = await import('../sinks/kafka/exactlyOnce/output.ts')
    const { kafkaInstances } = await import('../sinks/kafka/exactlyOnce/instances.ts')
    const { storedSettings } = await import('../sinks/kafka/exactlyOnce/progress.ts')
    const { openKafkaSource } = await import('../sources/kafka/source.ts')
    const broker = brokerOptions(config.kafka)
    const { type: _type, topic: _topic, routes: _routes, ...shape } = revealed(carrier.to)
    const stateTopic = stateTopicOf(config, carrier.to)
    const groupId = instancesGroup(config.name)
    const { sessionTimeoutMs } = config.instances
    const stored = async (signal: AbortSignal) => {
      const whole = { topic: stateTopic, topicNames: false, untilEnd: true, signal } as const
      await using source = await openKafkaSource({ ...broker, ...whole })
      return await storedSettings(source, stateTopic, signal)
    }
    return {
      output: exactlyOnceOutput({
        ...broker,
        ...shape,
        routes: routesOf(carrier.to),
        types: typesOf(config, carrier),
        name: config.name,
        stateTopic,
        historyTopic: keepsHistory ? historyTopicOf(config) : undefined,
        statePartitions: partitions,
        log,
        outages,
        openGroupsLog: (groupsTopic, signal) =>
          openKafkaSource({ ...broker, topic: groupsTopic, topicNames: false, untilEnd: true, signal }),
        admit: (topics, signal) =>
          checkAdmission(
            topics,
            { broker, groupId, stateTopic, deployment, sessionTimeoutMs, storedSettings: stored },
            signal,
          ),
        openStateLog: (partition, signal) => openStateLog({ ...broker, topic: stateTopic, partition, signal }),
      }),
      ownership: kafkaInstances({
        ...broker,
        groupId,
        stateTopic,
        partitions,
        sessionTimeoutMs,
        settings: deployment.settings,
        storedSettings: stored,
        log,
      }),
    }
  }
}
