import type { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Config } from '../config/schema.ts'
import { revealed } from '../config/values/revealed.ts'
import { pipelineGroup } from '../engine/ownGroups.ts'
import type { Sink } from '../engine/sink.ts'
import { pipelineTransform } from '../pipelines/applyPipeline.ts'
import type { LoadedPipeline } from '../pipelines/load.ts'
import { historyTopicOf, type KafkaPipeline, typesOf } from '../pipelines/plan.ts'
import { routesOf, topicsOf } from '../sinks/kafka/routes.ts'
import type { PipelineProgress } from '../telemetry/pipelineProgress.ts'
import { brokerOptions } from './connection.ts'

export interface FollowPlan {
  readonly config: Config
  /** The deployment whose topic is read. */
  readonly carrier: KafkaPipeline
  readonly pipeline: LoadedPipeline
  readonly sink: Sink
  readonly log: Log
  readonly progress: PipelineProgress
  readonly retried: (error: KoffError) => void
  readonly signal: AbortSignal
}

/** A pipeline that reads the clean topic, until the signal aborts. */
export async function follow(plan: FollowPlan): Promise<void> {
  const { config, carrier, pipeline, sink, log, progress, retried, signal } = plan
  const { registry } = revealed(carrier.to)
  const historyTopic = pipeline.to.type === 'history' ? historyTopicOf(config) : undefined
  const { followCleanTopic } = await import('../pipelines/follower.ts')
  await followCleanTopic({
    ...brokerOptions(config.kafka),
    name: pipeline.name,
    groupId: pipelineGroup(config.name, pipeline.name),
    topics: [
      ...topicsOf(routesOf(carrier.to), typesOf(config, pipeline)),
      ...(historyTopic === undefined ? [] : [historyTopic]),
    ],
    historyTopic,
    registry,
    transform: pipelineTransform(pipeline),
    sink,
    from: pipeline.from,
    sessionTimeoutMs: config.instances.sessionTimeoutMs,
    log,
    progress,
    retried,
    signal,
  })
}
