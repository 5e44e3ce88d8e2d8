import { from, isObservable, type Observable } from 'rxjs'
import { KoffError } from '../base/errors.ts'
import { eventTypes } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { PipelineOperator } from './definePipeline.ts'
import { type Selection, selects } from './selection.ts'

interface Transforming extends Selection {
  readonly name: string
  readonly operators?: readonly PipelineOperator[] | undefined
}

/** The result of the operators on a batch of events, for the sink. */
export type PipelineTransform = (events: readonly KoffEvent[], signal: AbortSignal) => Promise<readonly KoffEvent[]>

/** Operators that have not completed after this time since the last event of a batch never will. */
const completeWithinMs = 60_000
const tooLate = new Error('not completed')

/**
 * The events that a pipeline's sink gets for one batch: for tests of pipelines.
 * @throws KoffError SINK_FAILED where an operator fails or does not complete.
 */
export async function applyPipeline(
  pipeline: Transforming,
  events: readonly KoffEvent[],
): Promise<readonly KoffEvent[]> {
  return pipelineTransform(pipeline)(events, new AbortController().signal)
}

/** As `applyPipeline`, prepared for many batches. */
export function pipelineTransform(pipeline: Transforming): PipelineTransform {
  const { name, operators = [] } = pipeline
  const isWanted = selects(pipeline)
  const failed = (what: string, cause?: unknown) => new KoffError('SINK_FAILED', `pipeline ${name}: ${what}`, { cause })
  return async (events, signal) => {
    const selected = events.filter(isWanted)
    if (operators.length === 0 || selected.length === 0) return selected
    let left: readonly KoffEvent[]
    try {
      left = await through(selected, operators, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (error === tooLate) {
        throw failed(`its operators have not completed ${completeWithinMs / 1000} s after the last event of a batch`)
      }
      throw failed(`an operator failed: ${error instanceof Error ? error.message : String(error)}`, error)
    }
    for (const event of left) {
      const fault = faultOf(event)
      if (fault !== undefined) throw failed(`its operators emitted ${fault}`)
    }
    return left
  }
}

/** The types in a pipeline's file are not checked. */
function observable<T>(given: Observable<T>): Observable<T> {
  if (isObservable(given)) return given
  throw new Error('one of them is not an RxJS operator: it does not return an Observable')
}

const knownTypes: ReadonlySet<unknown> = new Set(eventTypes)

/** Values that no sink can handle: the types of a pipeline are not checked. */
function faultOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) {
    const what = given === undefined || given === null ? String(given) : `a ${typeof given}`
    return `${what}, which is not an event`
  }
  const { id, type, data } = given as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || id === '') return 'an event whose id is not a text'
  // BullMQ accepts neither as the id of a job.
  if (id.includes(':')) return `an event with the id ${JSON.stringify(id)}; an id must not contain a colon`
  if (/^\d+$/.test(id)) return `an event with the id ${JSON.stringify(id)}; an id must not be a number`
  if (!knownTypes.has(type)) return `an event of the unknown type ${JSON.stringify(type)}`
  return typeof data === 'object' && data !== null ? undefined : `the event ${id} without data`
}

async function through(
  events: readonly KoffEvent[],
  operators: readonly PipelineOperator[],
  signal: AbortSignal,
): Promise<readonly KoffEvent[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly KoffEvent[]>()
  const left: KoffEvent[] = []
  const subscription = operators
    .reduce((events$, operator) => observable(operator(events$)), from(events))
    .subscribe({ next: event => left.push(event), error: reject, complete: () => resolve(left) })
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  // Not an AbortSignal: its timer would stay for a minute after each of thousands of batches.
  const late = setTimeout(reject, completeWithinMs, tooLate)
  try {
    return await promise
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', abort)
    subscription.unsubscribe()
  }
}
