import { KoffError } from '../base/errors.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { Shell } from '../terminal/shell.ts'
import { brokerOptions } from './connection.ts'
import { conditionsInTopic, type StoredCondition } from './storedConditions.ts'

/** Where a deployment keeps its state. */
export type StatePlace =
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'file'; readonly dir: string }

/** The state topic that a configuration names, else `<name>.state`; a folder where nothing writes all events to Kafka. */
export async function stateOfDeployment(loaded: LoadedConfig): Promise<StatePlace> {
  const { config } = loaded
  const byName: StatePlace = { kind: 'topic', topic: `${config.name}.state` }
  if (config.sinks.length === 0 && config.pipelines.length === 0) return byName
  const { planPipelines, isKafka, stateTopicOf } = await import('../pipelines/plan.ts')
  const { carrier } = await planPipelines(loaded)
  if (!isKafka(carrier)) return { kind: 'file', dir: config.state.dir }
  return { kind: 'topic', topic: stateTopicOf(config, carrier.to) }
}

/** The open conditions in the state topic of the deployment, by group; null without such a topic or the right to read it. */
export async function openConditionsOf(
  shell: Shell,
  loaded: LoadedConfig,
): Promise<ReadonlyMap<string, readonly StoredCondition[]> | null> {
  const state = await stateOfDeployment(loaded)
  if (state.kind === 'file') return null
  const found = await conditionsInTopic({
    ...brokerOptions(loaded.config.kafka),
    stateTopic: state.topic,
    shell,
  }).catch((error: unknown) => {
    if (error instanceof KoffError && error.code === 'AUTHORIZATION_FAILED') return null
    throw error
  })
  return found === null ? null : Map.groupBy(found, ({ group }) => group)
}
