import { selectedEvents, typesSelected } from '../config/eventPatterns.ts'
import type { Config } from '../config/schema.ts'
import type { SinkConfig } from '../config/sinks.ts'
import { KoffError } from '../errors.ts'
import { type LoadedPipeline, loadPipeline } from './load.ts'

export type KafkaPipeline = LoadedPipeline & { readonly to: Extract<SinkConfig, { type: 'kafka' }> }

/** Who carries the state, and who reads what that one wrote. */
export interface PipelinePlan {
  readonly carrier: LoadedPipeline
  /** Empty where the carrier does not write to Kafka: then it is alone. */
  readonly followers: readonly LoadedPipeline[]
}

export interface PipelineFiles {
  /** The configuration's. */
  readonly file?: string | undefined
  /** Pipelines that are named beside it. */
  readonly pipelineFiles?: readonly string[] | undefined
}

/**
 * All pipelines of a deployment: its sinks, each one for everything, those in its configuration, and the files that are named
 * beside it. The first that writes everything to Kafka carries the state, and the others read its topic; a single one
 * carries it whatever it is.
 * @throws KoffError CONFIG_INVALID where that cannot be.
 */
export async function planPipelines(
  config: Config,
  { file, pipelineFiles = [] }: PipelineFiles,
): Promise<PipelinePlan> {
  const where = file === undefined ? '' : `${file}: `
  const pipelines: LoadedPipeline[] = config.sinks.map((to, at) => ({
    name: nameOf(to),
    from: 'beginning',
    operators: [],
    to,
    place: `${where}sinks[${at}]`,
  }))
  for (const [at, pipeline] of config.pipelines.entries()) {
    const place = `${where}pipelines[${at}]`
    pipelines.push(typeof pipeline === 'string' ? await loadPipeline(pipeline) : { ...pipeline, operators: [], place })
  }
  for (const pipelineFile of pipelineFiles) pipelines.push(await loadPipeline(pipelineFile))
  const [first = standardOutput, ...others] = pipelines
  checkNames(pipelines)
  checkTypes(config, pipelines)
  if (others.length === 0) return { carrier: first, followers: [] }

  const carrier = pipelines.find(isWhole)
  if (carrier === undefined) {
    throw invalid(
      `${where}several pipelines read what one of them writes to Kafka: add a sink of type kafka, for all events; or run one pipeline alone`,
    )
  }
  const followers = pipelines.filter(pipeline => pipeline !== carrier)
  for (const { to, place } of followers) {
    if (to.type !== 'kafka' || (to.stateTopic === undefined && to.minInsyncReplicas === undefined)) continue
    throw invalid(
      `${place}: to: stateTopic and minInsyncReplicas are for the pipeline that carries the state, ${carrier.name}`,
    )
  }
  return { carrier, followers }
}

/** Where nothing is said, the events are printed. */
const standardOutput: LoadedPipeline = {
  name: 'stdout',
  from: 'beginning',
  operators: [],
  to: { type: 'stdout', format: 'auto' },
  place: 'sinks',
}

export function isKafka(pipeline: LoadedPipeline): pipeline is KafkaPipeline {
  return pipeline.to.type === 'kafka'
}

function isWhole({ on, where, operators, to }: LoadedPipeline): boolean {
  return to.type === 'kafka' && on === undefined && where === undefined && operators.length === 0
}

/** What sets sinks of one type apart: where they write to. */
function nameOf(to: SinkConfig): string {
  switch (to.type) {
    case 'kafka':
      return `kafka-${to.topic}`
    case 'bullmq':
      return `bullmq-${to.queue.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`
    case 'stdout':
    case 'history':
      return to.type
  }
}

/** A position goes by the name. */
function checkNames(pipelines: readonly LoadedPipeline[]): void {
  for (const [at, { name, place }] of pipelines.entries()) {
    const other = pipelines.slice(0, at).find(pipeline => pipeline.name === name)
    if (other !== undefined)
      throw invalid(`${place}: is called ${name}, as ${other.place}: give each a name of its own`)
  }
}

/** A pipeline for what is never told would wait for ever. */
function checkTypes(config: Config, pipelines: readonly LoadedPipeline[]): void {
  const told = selectedEvents(config.events)
  for (const { on, place } of pipelines) {
    if (on === undefined || [...typesSelected(on)].some(type => told.has(type))) continue
    throw invalid(`${place}: on: ${on.join(', ')} is never told: name it in events.include`)
  }
}

function invalid(message: string): KoffError {
  return new KoffError('CONFIG_INVALID', message)
}
