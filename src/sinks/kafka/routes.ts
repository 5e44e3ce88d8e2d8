import type { EventType } from '../../events/definitions.ts'

/** The destination of events: one topic for all, or a topic for each type from a pattern with `{type}`. */
export type Routes = { readonly topic: string } | { readonly pattern: string }

/** The routes of a configuration, which has one of the two. */
export function routesOf({
  topic = '',
  routes,
}: {
  readonly topic?: string | undefined
  readonly routes?: string | undefined
}): Routes {
  return routes === undefined ? { topic } : { pattern: routes }
}

export function topicOf(routes: Routes, type: EventType): string {
  return 'topic' in routes ? routes.topic : routes.pattern.replaceAll('{type}', type)
}

/** Every topic that events of these types go to. */
export function topicsOf(routes: Routes, types: Iterable<EventType>): readonly string[] {
  return [...new Set([...types].map(type => topicOf(routes, type)))]
}

/** The routes as a short text, for messages. */
export function routesText(routes: Routes): string {
  return 'topic' in routes ? routes.topic : routes.pattern
}
