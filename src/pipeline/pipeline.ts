import type { Observable } from 'rxjs'
import type { Fold } from '../engine/fold.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { Input } from '../state/input.ts'
import type { Chunk } from './chunk.ts'
import { conditions, type Outcome } from './conditions.ts'
import { decode } from './decode.ts'
import { type Delivery, deliver } from './deliver.ts'
import { type Diffed, diff } from './diff.ts'
import { observe } from './observe.ts'
import { select } from './select.ts'
import { type OpenChunks, source } from './source.ts'
import { transitions } from './transitions.ts'

export interface PipelineOptions {
  /** Opens the chunks of inputs, in log order for each partition. */
  readonly chunks: OpenChunks<Input>
  /** The state of the partitions that are read. */
  readonly fold: Fold
  /** Which events to deliver; all unless given. */
  readonly accept?: ((event: KoffEvent) => boolean) | undefined
  /**
   * Receives groups before and after each transition, and inputs that are not batches, before conditions are evaluated.
   */
  readonly observed?: ((item: Diffed) => void) | undefined
  readonly delivery: Delivery
}

/** The way of data. Subscribing reads, unsubscribing ends; each chunk is emitted when it is delivered. */
export function pipeline({ chunks, fold, observed, accept, delivery }: PipelineOptions): Observable<Chunk<Outcome>> {
  const everyBatch = observed !== undefined
  return source(chunks).pipe(
    decode(), //                          bytes → records of the coordinator
    transitions({ fold, everyBatch }), // all records of one group in one batch
    diff(), //                            the group before and after → what it means
    observe(observed), //                 for callers that keep more than events
    conditions(fold), //                  what has been true for a while → events
    select(accept), //                    which events go on
    deliver(delivery), //                 events, state and position, one commit
  )
}
