import type { MonoTypeOperatorFunction } from 'rxjs'
import { z } from 'zod'
import type { PipelineSpec } from '../config/pipelineSchema.ts'
import type { KoffEvent } from '../events/envelope.ts'

export type PipelineOperator = MonoTypeOperatorFunction<KoffEvent>

/** Keys of a file that a configuration does not have. */
export const fileKeys = {
  /**
   * RxJS operators, in this order, over the events of one batch. koff subscribes them for each batch and delivers the batch
   * when they complete. What they drop counts as delivered. Operators that remember events over batches (`debounceTime`,
   * `scan`, `distinct`, …) begin again with each batch; docs/pipelines.md has the list.
   */
  operators: z.custom<readonly PipelineOperator[]>(isOperators, 'must be a list of RxJS operators').default([]),
}

/** Selects events, changes them, and names their sink. docs/configuration.md has every key, under `pipelines[]`. */
export interface PipelineDefinition extends PipelineSpec, z.input<z.ZodObject<typeof fileKeys>> {}

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

function isOperators(value: unknown): value is readonly PipelineOperator[] {
  return Array.isArray(value) && value.every(operator => typeof operator === 'function')
}
