import type { LoadedConfig } from '../config/load.ts'
import type { Shell } from '../terminal/shell.ts'
import { brokerOptions } from './connection.ts'
import { conditionsInTopic, type StoredCondition } from './storedConditions.ts'

/** The state topic of a deployment: the one of its configuration, else `<name>.state`. */
async function stateTopicOfDeployment(loaded: LoadedConfig): Promise<string> {
  const { config } = loaded
  if (config.sinks.length === 0 && config.pipelines.length === 0) return `${config.name}.state`
  const { planPipelines, isKafka, stateTopicOf } = await import('../pipelines/plan.ts')
  const { carrier } = await planPipelines(loaded)
  return isKafka(carrier) ? stateTopicOf(config, carrier.to) : `${config.name}.state`
}

/** The open conditions in the state topic of the deployment, by group; null without such a topic. */
export async function openConditionsOf(
  shell: Shell,
  loaded: LoadedConfig,
): Promise<ReadonlyMap<string, readonly StoredCondition[]> | null> {
  const stateTopic = await stateTopicOfDeployment(loaded)
  const found = await conditionsInTopic({
    ...brokerOptions(loaded.config.kafka),
    stateTopic,
    signal: shell.signal,
  })
  return found === null ? null : Map.groupBy(found, ({ group }) => group)
}
