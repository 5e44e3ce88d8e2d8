import { Fold } from '../engine/fold.ts'
import { type CutLog, KnownSince } from '../engine/knownSince.ts'
import type { EventType } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { apply } from '../pipeline/apply.ts'
import type { SettingsOf } from '../state/conditions/settings.ts'
import type { Input } from '../state/input.ts'
import type { ClusterLog } from './clusterLog.ts'

export interface LookBackOptions {
  /** Opens the log, which ends by itself. Called again where the log is cut after `since`. */
  readonly open: () => Promise<ClusterLog>
  /** From when on events are wanted, ms; -Infinity: as far back as the log goes; Infinity: those at the end of history. */
  readonly since: number
  /** Until when, ms; Infinity unless given. */
  readonly until?: number
  readonly types: ReadonlySet<EventType>
  /** False: no `group-snapshot` at the end of history. Default false. */
  readonly snapshot?: boolean
  readonly accept: (event: KoffEvent) => boolean
  /** The last ones alone. */
  readonly last?: number
  readonly conditions?: SettingsOf
  /** How the groups stood then, and what had happened, ms; Infinity unless given. */
  readonly at?: number
  readonly signal: AbortSignal
}

export interface LookedBack {
  /** The state at the end of the log. */
  readonly fold: Fold
  /** In order of time; those of one partition in the order of its log. */
  readonly events: readonly KoffEvent[]
  /** The logs that do not know all since `since`. */
  readonly cut: readonly CutLog[]
  /** From when all of them know, ms; null: always. */
  readonly knownSince: number | null
  /** The next offset of each partition. */
  readonly positions: ReadonlyMap<number, number>
}

/**
 * Reads a log to its end and keeps the events since a time. A log that compaction or retention has cut after that time is read
 * again, with everything before the time from which it knows as history: a partial past makes no events.
 */
export async function lookBack(options: LookBackOptions): Promise<LookedBack> {
  const known = new KnownSince()
  const isAsked = options.since !== Number.POSITIVE_INFINITY
  const first = await read(options, options.since, isAsked ? input => known.take(input) : undefined)
  const cut = known.unknownAt(options.at ?? options.since)
  const knownSince = cut.length === 0 ? null : Math.max(...cut.map(log => log.since))
  if (cut.length === 0 || options.signal.aborted) return { ...first, cut, knownSince }
  const knownOf = new Map(cut.map(({ partition, since }) => [partition, since]))
  const again = await read(options, partition => Math.max(options.since, knownOf.get(partition) ?? options.since))
  return { ...again, cut, knownSince }
}

async function read(
  {
    open,
    until = Number.POSITIVE_INFINITY,
    since,
    types,
    accept,
    last,
    conditions,
    signal,
    snapshot = false,
    at,
  }: LookBackOptions,
  liveFrom: number | ((partition: number) => number),
  watch?: (input: Input) => void,
): Promise<Omit<LookedBack, 'cut' | 'knownSince'>> {
  await using log = await open()
  const fold = new Fold({
    cluster: log.cluster,
    history: { liveFrom, untilStart: true },
    types,
    snapshot,
    ...(conditions === undefined ? {} : { conditions }),
  })
  const source = await log.read(fold)
  const from = since === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : since
  const positions = new Map<number, number>()
  let events: KoffEvent[] = []
  const keep = (found: readonly KoffEvent[]) => {
    for (const event of found) {
      if (event.time >= from && event.time <= until && accept(event)) events.push(event)
    }
  }
  for await (const inputs of source.chunks(signal)) {
    for (const input of inputs) {
      watch?.(input)
      if (at !== undefined && isLater(input, at)) continue
      if (input.kind === 'position') positions.set(input.partition, input.position)
      keep(apply(fold, input))
    }
    // Of a long log with many events only the last ones are kept in memory.
    if (last !== undefined && events.length > 100 * last + 10_000) events = inTime(events).slice(-last)
  }
  const sorted = inTime(events)
  return { fold, events: last === undefined ? sorted : sorted.slice(-last), positions }
}

/** A batch is one operation, and happened as a whole. The name of a topic is true at any time. */
export function isLater(input: Input, at: number): boolean {
  if (input.kind === 'batch') return input.batch.maxTimestamp > at
  return 'timestamp' in input && input.timestamp > at
}

/** By time, but never before an earlier event of the same partition. */
export function inTime(events: readonly KoffEvent[]): KoffEvent[] {
  const latest = new Map<number, number>()
  const timed = events.map(event => {
    const { partition } = event.source
    const time = Math.max(event.time, latest.get(partition) ?? Number.NEGATIVE_INFINITY)
    latest.set(partition, time)
    return { event, time }
  })
  return timed.sort((a, b) => a.time - b.time).map(({ event }) => event)
}
