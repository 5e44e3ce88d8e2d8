import type { EventDefinition } from './definition.ts'
import type { Severity } from './envelope.ts'
import { definitions } from './registry.ts'
import type { InferFields } from './schema.ts'

type Definition = (typeof definitions)[number]
export type EventType = Definition['type']
/** Types that open a condition. */
export type OpeningType = NonNullable<Definition['closes']>
/** The type that closes what an event of type `T` opened. */
export type ClosingType<T extends OpeningType> = Extract<Definition, { readonly closes: T }>['type']
/** What an event of a type carries. Int64 fields are numbers while safe, else bigints. */
export type EventData<T extends EventType> = {
  [K in EventType]: InferFields<Extract<Definition, { readonly type: K }>['data']>
}[T]

/** In the order of the contract. */
export const eventTypes: readonly EventType[] = definitions.map(definition => definition.type)

export const openingTypes: readonly OpeningType[] = [...new Set(definitions.flatMap(({ closes }) => closes ?? []))]

export function isOpeningType(type: string): type is OpeningType {
  return openingTypes.some(one => one === type)
}

/** Types that a configuration has to include explicitly. */
export const offByDefault: ReadonlySet<EventType> = new Set(
  definitions.filter(definition => !definition.defaultOn).map(definition => definition.type),
)

const byType: ReadonlyMap<string, { readonly definition: EventDefinition<EventType>; readonly rank: number }> = new Map(
  definitions.map((definition, rank) => [definition.type, { definition, rank }]),
)

export function isEventType(type: string): type is EventType {
  return byType.has(type)
}

export function definitionOf(type: EventType): EventDefinition<EventType> {
  return entryOf(type).definition
}

export function severityOf(type: EventType): Severity {
  return entryOf(type).definition.severity
}

/** Rank of the type within a transition: lower comes first. */
export function rankOf(type: EventType): number {
  return entryOf(type).rank
}

function entryOf(type: EventType) {
  const entry = byType.get(type)
  if (entry === undefined)
    throw new RangeError(`no event type ${JSON.stringify(type)}; known: ${eventTypes.join(', ')}`)
  return entry
}
