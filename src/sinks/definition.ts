import type { Writable } from 'node:stream'
import type { z } from 'zod'
import type { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Surroundings } from '../config/values/secret.ts'
import type { Sink } from '../engine/sink.ts'
import type { EventType } from '../events/definitions.ts'
import type { BrokerOptions } from '../kafka/net/brokerOptions.ts'

/** A type of sink: everything that the rest of koff needs to know. `registry.ts` lists them. */
export interface SinkDefinition<Type extends string, Schema extends z.ZodType<{ readonly type: Type }>> {
  /** The value of `type` in a configuration. */
  readonly type: Type
  /** Its keys in a configuration or a pipeline, including `type`, each with its description. */
  schema(surroundings: Surroundings): Schema
  /** The default name: sinks with different destinations have different names. */
  nameOf(to: z.output<Schema>): string
  /** The sink, which `Sink.open` connects. npm packages that only this sink needs are imported here. */
  open(to: z.output<Schema>, context: SinkContext): Promise<Sink>
}

/** What a sink needs to know about its deployment. */
export interface SinkContext {
  /** The event types that may have to be written. */
  readonly types: ReadonlySet<EventType>
  /** The cluster that koff reads. */
  readonly broker: BrokerOptions
  readonly stdout: Writable
  /** How long `write` retries before it fails. The caller then calls it again. */
  readonly deliveryTimeoutMs: number
  /** Called before a retry. */
  readonly retried: (error: KoffError) => void
  /** Called when the reader of the output is gone, which ends koff. */
  readonly endsWith: (closed: AbortSignal) => void
  readonly log: Log
}

/** Checks a definition against its own types. */
export function defineSink<const Type extends string, Schema extends z.ZodType<{ readonly type: Type }>>(
  definition: SinkDefinition<Type, Schema>,
): SinkDefinition<Type, Schema> {
  return definition
}
