import { z } from 'zod'
import type { Surroundings } from '../config/values/secret.ts'
import type { Written } from '../config/values/written.ts'
import type { Sink } from '../engine/sink.ts'
import type { SinkContext } from './definition.ts'
import { sinks } from './registry.ts'

type Schema = ReturnType<(typeof sinks)[number]['schema']>

/** A sink in a checked configuration. */
export type SinkConfig = z.output<Schema>

/** A sink in the file of a pipeline: one type, with its name. */
export type SinkSpec<Type extends SinkConfig['type'] = SinkConfig['type']> = Extract<
  Written<z.input<Schema>>,
  { readonly type: Type }
>

/** The sinks: one schema for a configuration and for the `to` of a pipeline. */
export function sinkSchema(surroundings: Surroundings) {
  const [first, ...others] = sinks
  const schemas = others.map(sink => sink.schema(surroundings))
  return z.discriminatedUnion('type', [first.schema(surroundings), ...schemas])
}

/** The default name of a sink. */
export function sinkName(to: SinkConfig): string {
  return definitionOf(to).nameOf(to)
}

/** The sink of a configuration, not connected yet. */
export async function openSink(to: SinkConfig, context: SinkContext): Promise<Sink> {
  return definitionOf(to).open(to, context)
}

/** TypeScript does not see that a definition and a configuration of one type belong together. */
function definitionOf({ type }: SinkConfig): AnyDefinition {
  const definition = sinks.find(sink => sink.type === type)
  if (definition === undefined) throw new RangeError(`unknown sink type ${type}`)
  return definition
}

interface AnyDefinition {
  nameOf(to: SinkConfig): string
  open(to: SinkConfig, context: SinkContext): Promise<Sink>
}
