import { KoffError } from '../base/errors.ts'
import { selectedEvents, typesSelected } from '../config/eventPatterns.ts'
import type { LoadedConfig } from '../config/load.ts'
import { configInvalid, type Place, type PlaceOf, placed } from '../config/places.ts'
import type { Config } from '../config/schema.ts'
import { type EventType, eventTypes } from '../events/definitions.ts'
import { type SinkConfig, sinkName } from '../sinks/configured.ts'
import { routesOf, topicsOf } from '../sinks/kafka/routes.ts'
import { type LoadedPipeline, loadPipeline } from './load.ts'

export type KafkaPipeline = LoadedPipeline & { readonly to: Extract<SinkConfig, { type: 'kafka' }> }

/** The pipeline that carries the state, and those that read its topic. */
export interface PipelinePlan {
  readonly carrier: LoadedPipeline
  /** Empty where the carrier does not write to Kafka: it is then the only one. */
  readonly followers: readonly LoadedPipeline[]
}

/**
 * All pipelines of a deployment: its sinks, each one for everything, those in its configuration, and the files that are named
 * beside it. The first that writes everything to Kafka carries the state, and the others read its topic; a single one
 * carries it whatever it is.
 * @throws KoffError CONFIG_INVALID where that cannot be: all that is wrong, one a line.
 */
export async function planPipelines(
  { config, placeOf }: LoadedConfig,
  files: readonly string[] = [],
): Promise<PipelinePlan> {
  const pipelines = config.sinks.map((to, at) => ofSink(to, path => placeOf(['sinks', at, ...path])))
  const faults: Place[] = []
  const load = async (file: string, named?: Place) => {
    try {
      pipelines.push(await loadPipeline(file, { named }))
    } catch (error) {
      if (!(error instanceof KoffError && error.code === 'CONFIG_INVALID')) throw error
      faults.push(...error.message.split('\n').map(text => ({ line: named?.line ?? 0, text })))
    }
  }
  for (const [at, pipeline] of config.pipelines.entries()) {
    const within: PlaceOf = path => placeOf(['pipelines', at, ...path])
    if (typeof pipeline === 'string') await load(pipeline, within([]))
    else pipelines.push({ ...pipeline, operators: [], placeOf: within })
  }
  for (const file of files) await load(file)
  if (faults.length > 0) throw configInvalid(faults)

  const [first = standardOutput, ...others] = pipelines
  const carrier = others.length === 0 ? first : pipelines.find(isWhole)
  faults.push(...nameFaults(pipelines), ...typeFaults(config, pipelines), ...subjectFaults(config, pipelines))
  if (carrier !== undefined && isKafka(carrier)) faults.push(...topicFaults(config, carrier, pipelines))
  if (faults.length > 0) throw configInvalid(faults)
  if (carrier !== undefined) return { carrier, followers: pipelines.filter(pipeline => pipeline !== carrier) }
  const [second = first] = others
  throw configInvalid([
    placed(
      second.placeOf([]),
      'one of several pipelines must write all events to Kafka, for the others to read: add a sink of type kafka, or run a single pipeline',
    ),
  ])
}

/** The state topic of a deployment with this carrier. */
export function stateTopicOf({ name }: Pick<Config, 'name'>, { stateTopic }: KafkaPipeline['to']): string {
  return stateTopic ?? `${name}.state`
}

/** Where what a history keeps beside the events waits for it. */
export function historyTopicOf({ name }: Pick<Config, 'name'>): string {
  return `${name}.history`
}

function ofSink(to: SinkConfig, placeOf: PlaceOf): LoadedPipeline {
  // A pipeline has its sink under `to`.
  const within: PlaceOf = ([key, ...path]) => placeOf(key === 'to' ? path : [])
  return { name: sinkName(to), from: 'beginning', operators: [], to, placeOf: within }
}

/** The default is to print the events. */
const standardOutput: LoadedPipeline = {
  name: 'stdout',
  from: 'beginning',
  operators: [],
  to: { type: 'stdout', format: 'auto' },
  placeOf: () => ({ line: 0, text: 'sinks' }),
}

export function isKafka(pipeline: LoadedPipeline): pipeline is KafkaPipeline {
  return pipeline.to.type === 'kafka'
}

function isWhole({ on, where, operators, to }: LoadedPipeline): boolean {
  return to.type === 'kafka' && on === undefined && where === undefined && operators.length === 0
}

/** A position is stored by name. The name of a sink follows from its destination. */
function nameFaults(pipelines: readonly LoadedPipeline[]): Place[] {
  return pipelines.flatMap(({ name, placeOf }, at) => {
    const other = pipelines.slice(0, at).find(pipeline => pipeline.name === name)
    if (other === undefined) return []
    return [
      placed(
        placeOf(['name']),
        `is called ${name}, as ${other.placeOf([]).text}: give it another name under pipelines`,
      ),
    ]
  })
}

/** The types that a pipeline may pass to its sink. */
export function typesOf(
  { events, snapshot }: Pick<Config, 'events' | 'snapshot'>,
  { on }: LoadedPipeline,
): Set<EventType> {
  const types = selectedEvents(events)
  if (snapshot === 'skip') types.delete('group-snapshot')
  if (on === undefined) return types
  const wanted = typesSelected(on)
  return new Set([...types].filter(type => wanted.has(type)))
}

/** A pipeline for types that are off would wait for ever. */
function typeFaults(config: Config, pipelines: readonly LoadedPipeline[]): Place[] {
  return pipelines.flatMap(pipeline => {
    const { on, placeOf } = pipeline
    if (on === undefined || typesOf(config, pipeline).size > 0) return []
    return [placed(placeOf(['on']), `${on.join(', ')} is never emitted: add it to events.include`)]
  })
}

/** A subject has the schema of one record. */
function subjectFaults(config: Config, pipelines: readonly LoadedPipeline[]): Place[] {
  return pipelines.flatMap(pipeline => {
    const { to, placeOf } = pipeline
    if (!('subjects' in to) || to.subjects !== 'topic' || ('routes' in to && to.routes !== undefined)) return []
    const { size } = typesOf(config, pipeline)
    if (size <= 1) return []
    const cure = 'use topic-record, or select one type with on'
    return [
      placed(placeOf(['to', 'subjects']), `topic needs a topic with one event type, but this one has ${size}; ${cure}`),
    ]
  })
}

/** Only the carrier may write the topics that pipelines read, and the state topic. */
function topicFaults(config: Config, carrier: KafkaPipeline, pipelines: readonly LoadedPipeline[]): Place[] {
  const stateTopic = stateTopicOf(config, carrier.to)
  const who = carrier.placeOf([]).text
  const read = new Set(topicsOf(routesOf(carrier.to), eventTypes))
  return pipelines.filter(isKafka).flatMap(({ to, placeOf }) => {
    const fault = (key: keyof typeof to, message: string) => placed(placeOf(['to', key]), message)
    const key = to.routes === undefined ? 'topic' : 'routes'
    const topics = topicsOf(routesOf(to), eventTypes)
    if (topics.includes(stateTopic))
      return [fault(key, `${stateTopic} is the state topic: use another topic for events`)]
    if (to.groupsTopic !== undefined && [...topics, stateTopic].includes(to.groupsTopic)) {
      return [fault('groupsTopic', `${to.groupsTopic} is a topic of events or state: use another topic for groups`)]
    }
    if (to === carrier.to) return []
    const same = topics.find(topic => read.has(topic))
    if (same !== undefined) {
      const loop = `${same} is also its input, written by ${who}: events would loop; use another topic`
      return [fault(key, loop)]
    }
    return (['stateTopic', 'groupsTopic', 'minInsyncReplicas'] as const)
      .filter(name => to[name] !== undefined)
      .map(name => fault(name, `belongs to the pipeline that carries the state, ${who}`))
  })
}
