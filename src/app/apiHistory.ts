import { type LazyReader, lazyReader } from '../history/lazyReader.ts'
import { readHistoryBeside } from '../history/openHistory.ts'
import { timeLimitMs } from '../history/queries/limits.ts'
import type { SinkConfig } from '../sinks/configured.ts'

/** The history that the HTTP API answers from. */
export function openApiHistory(place: string): LazyReader {
  return lazyReader(() => readHistoryBeside(place, timeLimitMs))
}

/** Where the first sink of type history writes, with the password of a URL; undefined without such a sink. */
export function historyPlaceOf(sinks: readonly SinkConfig[]): string | undefined {
  for (const to of sinks) if (to.type === 'history') return to.url?.reveal() ?? to.file
  return undefined
}
