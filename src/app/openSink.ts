import type { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Config } from '../config/schema.ts'
import type { Sink } from '../engine/sink.ts'
import type { LoadedPipeline } from '../pipelines/load.ts'
import { typesOf } from '../pipelines/plan.ts'
import { routesOf } from '../sinks/kafka/routes.ts'
import { stdoutSink } from '../sinks/stdout/sink.ts'
import type { Output } from '../terminal/shell.ts'
import { brokerOptions, registryOptions, tlsOptions } from './connection.ts'

/** A sink that fails for longer says so; whoever writes to it goes on trying. */
const deliveryTimeoutMs = 5_000

export interface SinkContext {
  readonly config: Config
  readonly stdout: Output
  /** Takes signals of sinks that nobody reads any more. */
  readonly closed: AbortSignal[]
  /** Called before something that failed is tried again. */
  readonly retried: (error: KoffError) => void
  readonly log: Log
}

/** The sink that a configuration, or a pipeline, speaks of; not open yet. Secrets are revealed here. */
export async function openSink(pipeline: LoadedPipeline, context: SinkContext): Promise<Sink> {
  const { config, stdout, closed, retried, log } = context
  const { to } = pipeline
  const types = typesOf(config, pipeline)
  switch (to.type) {
    case 'stdout': {
      const opened = stdoutSink({ stream: stdout, format: to.format })
      closed.push(opened.closed)
      return opened
    }
    case 'kafka': {
      const { kafkaSink } = await import('../sinks/kafka/sink.ts')
      const { registry, topic, routes, format, subjects, partitions, replicationFactor } = to
      const broker = brokerOptions(config.kafka)
      return kafkaSink({
        ...broker,
        routes: routesOf({ topic, routes }),
        types,
        format,
        subjects,
        partitions,
        replicationFactor,
        registry: registry === undefined ? undefined : registryOptions(registry),
        retried,
        log,
        deliveryTimeoutMs,
      })
    }
    case 'bullmq': {
      const { bullmqSink } = await import('../sinks/bullmq/sink.ts')
      const { type: _type, redis, registry, ...queue } = to
      const { url, password, tls, sentinel, ...place } = redis
      return bullmqSink({
        ...queue,
        types,
        retried,
        log,
        deliveryTimeoutMs,
        registry: registry === undefined ? undefined : registryOptions(registry),
        redis: {
          ...place,
          url: url?.reveal(),
          password: password?.reveal(),
          tls: tls === undefined ? undefined : tlsOptions(tls),
          sentinel: sentinel === undefined ? undefined : { ...sentinel, password: sentinel.password?.reveal() },
        },
      })
    }
    case 'history': {
      const { historySink } = await import('../sinks/history/sink.ts')
      return historySink({ file: to.file, retried, deliveryTimeoutMs })
    }
  }
}
