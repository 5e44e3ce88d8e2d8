import type { MonoTypeOperatorFunction } from 'rxjs'
import type { EventType } from '../events/definitions.ts'
import type { GroupType, KoffEvent, Severity } from '../events/envelope.ts'
import type { SinkSpec } from './sinkSpec.ts'

/**
 * Which events: a type, a pattern of types (`offset-*`), a severity, which is all types that have it, or `default`, all
 * that are on by default.
 */
export type EventSelector = EventType | Severity | 'default' | `${string}*${string}`

/** Which groups. Events about koff itself belong to no group and pass. */
export interface PipelineFilter {
  /** Patterns of group ids, `*` for any text and `?` for one character; all unless given. */
  readonly groups?: readonly string[] | { readonly include?: readonly string[]; readonly exclude?: readonly string[] }
  /** All kinds unless given. */
  readonly groupTypes?: readonly GroupType[]
}

export type PipelineOperator = MonoTypeOperatorFunction<KoffEvent>

/** Which events go where, and what is done to them on the way. */
export interface PipelineDefinition {
  /** Of its place in logs and metrics, and of its consumer group `<deployment>.pipeline.<name>`: its position goes by it. */
  readonly name: string
  /** All events that the deployment tells unless given. */
  readonly on?: EventSelector | readonly EventSelector[]
  readonly where?: PipelineFilter
  /**
   * RxJS operators, in this order, over the events of one batch: they are subscribed anew for each batch, and the batch is
   * delivered when they complete. What they drop counts as delivered. What has to remember events over batches
   * (`debounceTime`, `scan`, `distinct`, …) begins anew with each; docs/pipelines.md has the list.
   */
  readonly operators?: readonly PipelineOperator[]
  /**
   * Where it begins in the clean topic when it is new: at its `beginning` unless given, with all that the topic still has, or
   * with what comes from `now` on. Later it goes on where it was. A pipeline that runs alone reads no topic and begins now.
   */
  readonly from?: 'beginning' | 'now'
  readonly to: SinkSpec
}

export interface Pipeline extends PipelineDefinition {
  readonly kind: 'pipeline'
}

/**
 * A pipeline, for the default export of a file that `koff run --pipeline FILE` or a configuration names. It is checked when
 * koff loads it.
 */
export function definePipeline(definition: PipelineDefinition): Pipeline {
  return Object.freeze({ ...definition, kind: 'pipeline' as const })
}
