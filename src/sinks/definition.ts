import type { Writable } from 'node:stream'
import type { z } from 'zod'
import type { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Surroundings } from '../config/values/secret.ts'
import type { Sink } from '../engine/sink.ts'
import type { EventType } from '../events/definitions.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'

/** A type of sink: all that the rest of koff knows of it. `registry.ts` lists them. */
export interface SinkDefinition<Type extends string, Schema extends z.ZodType<{ readonly type: Type }>> {
  /** The value of `type` in a configuration. */
  readonly type: Type
  /** The keys that a configuration or a pipeline may give, `type` among them, each with the sentence that describes it. */
  schema(surroundings: Surroundings): Schema
  /** The name of a sink without a name of its own: two sinks that write to different places have different ones. */
  nameOf(to: z.output<Schema>): string
  /** The sink, which `Sink.open` connects. Packages that only this sink needs are imported here. */
  open(to: z.output<Schema>, context: SinkContext): Promise<Sink>
}

/** What a sink gets of the deployment that it works in. */
export interface SinkContext {
  /** The types of events that may have to be written. */
  readonly types: ReadonlySet<EventType>
  /** The cluster that koff reads. */
  readonly broker: BrokerOptions
  readonly stdout: Writable
  /** How long `write` tries before it fails. The caller writes again. */
  readonly deliveryTimeoutMs: number
  /** Called before something that failed is tried again. */
  readonly retried: (error: KoffError) => void
  /** Called when the reader of what the sink writes is gone, which ends koff. */
  readonly endsWith: (closed: AbortSignal) => void
  readonly log: Log
}

/** Holds a definition against its own types. */
export function defineSink<const Type extends string, Schema extends z.ZodType<{ readonly type: Type }>>(
  definition: SinkDefinition<Type, Schema>,
): SinkDefinition<Type, Schema> {
  return definition
}
