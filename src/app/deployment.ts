import type { Config } from '../config/schema.ts'
import type { Deployment } from '../delivery/deployment.ts'
import { eventsTopicSetting, type SettingValue, type SharedSettings } from '../delivery/sharedSettings.ts'
import type { LoadedPipeline } from '../pipelines/load.ts'
import { isKafka, type KafkaPipeline, stateTopicOf } from '../pipelines/plan.ts'
import { type Selection, selectsGroup } from '../pipelines/selection.ts'
import { routesOf, routesText } from '../sinks/kafka/routes.ts'
import { groupNameFilter } from './eventOptions.ts'

/** The flags about a state that does not fit. */
export interface StateFlags {
  readonly acceptEventsTopic?: string
  readonly resetUnusableState?: true
}

/** The settings that the instances of a deployment must share, and the groups that a filter admits. */
export function deploymentOf(config: Config, carrier: LoadedPipeline, flags: StateFlags): Deployment {
  return {
    settings: sharedSettings(config, carrier),
    admits: settings => {
      const { name } = config
      const patterns = (key: string, otherwise: readonly string[]) => listOf(settings[key] ?? otherwise)
      const include = patterns('groups.include', ['*'])
      const isWanted = groupNameFilter({ include, exclude: patterns('groups.exclude', []), name })
      const isSelected = selectsGroup(JSON.parse(String(settings['where'] ?? '{}')) as Selection['where'])
      return (group, type) => isWanted(group) && isSelected(group, type)
    },
    acceptedTopic: flags.acceptEventsTopic,
    resetsState: flags.resetUnusableState,
  }
}

function sharedSettings(config: Config, carrier: LoadedPipeline): SharedSettings {
  const { events, groups, snapshot } = config
  return {
    ...(isKafka(carrier) ? topicSettings(config, carrier) : { sink: carrier.name }),
    'events.include': sorted(events.include),
    'events.exclude': sorted(events.exclude),
    'groups.include': sorted(groups.include),
    'groups.exclude': sorted(groups.exclude),
    snapshot,
    on: sorted([carrier.on ?? []].flat()),
    where: JSON.stringify(carrier.where ?? {}),
  }
}

function topicSettings(config: Config, { to }: KafkaPipeline): SharedSettings {
  return {
    [eventsTopicSetting]: routesText(routesOf(to)),
    stateTopic: stateTopicOf(config, to),
    groupsTopic: to.groupsTopic ?? '',
    format: to.format,
    subjects: to.subjects ?? '',
  }
}

/** The order of patterns has no meaning. */
function sorted(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)].sort()
}

function listOf(value: SettingValue): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
