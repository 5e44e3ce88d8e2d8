import type { z } from 'zod'
import type { HistoryReader } from '../../history/store.ts'
import type { ApiMode } from './answers.ts'
import type { Fleet } from './fleet.ts'

/** What a route has to answer with. */
export interface ApiContext {
  readonly reader: HistoryReader
  /** The clock, ms. */
  readonly now: number
  readonly mode: ApiMode
  readonly isReady: boolean
  /** Records that are still to be read, by partition of `__consumer_offsets`; empty without reading. */
  readonly recordsLeft: ReadonlyMap<number, number>
  readonly fleet: Fleet
}

/** An answer before it is JSON: any number in it may be a bigint. */
export type Sent<T> = unknown extends T
  ? unknown
  : T extends number
    ? T | bigint
    : T extends string | boolean | null | undefined
      ? T
      : { readonly [K in keyof T]: Sent<T[K]> }

export interface RouteDefinition<Query extends z.ZodObject, Answer> {
  /** The first is the route's own; a `{group}` in one is the group in the path. */
  readonly paths: readonly string[]
  readonly summary: string
  readonly query: Query
  readonly answer: z.ZodType<Answer>
  handle(context: ApiContext, query: z.output<Query>): Promise<Sent<Answer>>
}

/** What OpenAPI says of a route. */
export interface DescribedRoute {
  readonly paths: readonly string[]
  readonly summary: string
  readonly query: z.ZodObject
  readonly answer: z.ZodType
  /** True: it answers with server-sent events. */
  readonly isStream?: boolean
}

/** A route without its types, as the server sees it. */
export interface ApiRoute extends DescribedRoute {
  handle(context: ApiContext, query: unknown): Promise<unknown>
}

export function defineRoute<Query extends z.ZodObject, Answer>(route: RouteDefinition<Query, Answer>): ApiRoute {
  return {
    ...route,
    // The query was parsed by its schema.
    handle: (context, query) => route.handle(context, query as z.output<Query>),
  }
}
