import { z } from 'zod'
import type { Surroundings } from '../config/values/secret.ts'
import type { Written } from '../config/values/written.ts'
import type { Sink } from '../engine/sink.ts'
import type { SinkContext } from './definition.ts'
import { sinks } from './registry.ts'

type Schema = ReturnType<(typeof sinks)[number]['schema']>

/** A sink in a checked configuration. */
export type SinkConfig = z.output<Schema>

/** A sink as a pipeline's file writes it; of one type, with its name. */
export type SinkSpec<Type extends SinkConfig['type'] = SinkConfig['type']> = Extract<
  Written<z.input<Schema>>,
  { readonly type: Type }
>

/** Where events can go; the one schema, for a configuration and for the `to` of a pipeline. */
export function sinkSchema(surroundings: Surroundings) {
  const [first, ...others] = sinks
  const schemas = others.map(sink => sink.schema(surroundings))
  return z.discriminatedUnion('type', [first.schema(surroundings), ...schemas])
}

/** The name of a sink without a name of its own. */
export function sinkName(to: SinkConfig): string {
  return definitionOf(to).nameOf(to)
}

/** The sink that a configuration describes; not connected yet. */
export async function openSink(to: SinkConfig, context: SinkContext): Promise<Sink> {
  return definitionOf(to).open(to, context)
}

/** TypeScript cannot see that a definition and a configuration of one type belong together. */
function definitionOf({ type }: SinkConfig): AnyDefinition {
  const definition = sinks.find(sink => sink.type === type)
  if (definition === undefined) throw new RangeError(`no sink is of type ${type}`)
  return definition
}

interface AnyDefinition {
  nameOf(to: SinkConfig): string
  open(to: SinkConfig, context: SinkContext): Promise<Sink>
}
