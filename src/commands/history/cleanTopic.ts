import { brokerOptions } from '../../app/connection.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { revealed } from '../../config/values/revealed.ts'
import { usage } from '../../terminal/usage.ts'

/** Where the clean topic is: the one given, or the first that the configuration writes. */
export async function topicOf({ config }: Pick<LoadedConfig, 'config'>, given: string | undefined) {
  const { routesOf, topicsOf } = await import('../../sinks/kafka/routes.ts')
  const { eventTypes } = await import('../../events/definitions.ts')
  const carrier = config.sinks.find(sink => sink.type === 'kafka')
  const topics = carrier === undefined ? [] : topicsOf(routesOf(carrier), eventTypes)
  const topic = given ?? (topics.length === 1 ? topics[0] : undefined)
  if (topic === undefined)
    throw usage('history: name the clean topic with --topic, or a configuration that writes one with -c')
  const registry = carrier?.registry === undefined ? undefined : revealed(carrier).registry
  return { broker: brokerOptions(config.kafka), topic, registry }
}
