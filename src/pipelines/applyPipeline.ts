import { from } from 'rxjs'
import { KoffError } from '../errors.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { PipelineOperator } from './definePipeline.ts'
import { type Selection, selects } from './selection.ts'

interface Transforming extends Selection {
  readonly name: string
  readonly operators?: readonly PipelineOperator[] | undefined
}

/** What is left of a batch of events for the sink. */
export type PipelineTransform = (events: readonly KoffEvent[], signal: AbortSignal) => Promise<readonly KoffEvent[]>

/** Operators that have not completed so long after the last event of a batch never will. */
const completeWithinMs = 60_000

/**
 * What a pipeline's sink gets of one batch of events: for the test of a pipeline.
 * @throws KoffError SINK_FAILED where an operator fails or does not complete.
 */
export async function applyPipeline(
  pipeline: Transforming,
  events: readonly KoffEvent[],
): Promise<readonly KoffEvent[]> {
  return pipelineTransform(pipeline)(events, new AbortController().signal)
}

/** As `applyPipeline`, made once for many batches. */
export function pipelineTransform(pipeline: Transforming): PipelineTransform {
  const { name, operators = [] } = pipeline
  const isWanted = selects(pipeline)
  const failed = (what: string, cause?: unknown) => new KoffError('SINK_FAILED', `pipeline ${name}: ${what}`, { cause })
  return async (events, signal) => {
    const selected = events.filter(isWanted)
    if (operators.length === 0 || selected.length === 0) return selected
    const timeout = AbortSignal.timeout(completeWithinMs)
    try {
      return await through(selected, operators, AbortSignal.any([signal, timeout]))
    } catch (error) {
      signal.throwIfAborted()
      if (timeout.aborted) {
        throw failed(`its operators have not completed ${completeWithinMs / 1000} s after the last event of a batch`)
      }
      throw failed(`an operator failed: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }
}

async function through(
  events: readonly KoffEvent[],
  operators: readonly PipelineOperator[],
  signal: AbortSignal,
): Promise<readonly KoffEvent[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly KoffEvent[]>()
  const left: KoffEvent[] = []
  const subscription = operators
    .reduce((events$, operator) => operator(events$), from(events))
    .subscribe({ next: event => left.push(event), error: reject, complete: () => resolve(left) })
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
    subscription.unsubscribe()
  }
}
