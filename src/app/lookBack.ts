import { Fold } from '../engine/fold.ts'
import { type CutLog, KnownSince } from '../engine/knownSince.ts'
import type { Source } from '../engine/source.ts'
import type { EventType } from '../events/definitions.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { apply } from '../pipeline/apply.ts'
import type { SettingsOf } from '../state/conditions/settings.ts'
import type { Input } from '../state/input.ts'

export interface LookBackOptions {
  /** Opens the log from its start; it ends by itself. Called again where the log is cut after `since`. */
  readonly open: (fold: Fold) => Promise<Source>
  readonly cluster: string
  /** From when on events are wanted, ms; -Infinity: as far back as the log goes. */
  readonly since: number
  /** Until when, ms; Infinity unless given. */
  readonly until?: number
  readonly types: ReadonlySet<EventType>
  readonly accept: (event: KoffEvent) => boolean
  /** The last ones alone. */
  readonly last?: number
  readonly conditions?: SettingsOf
  readonly signal: AbortSignal
}

export interface LookedBack {
  /** The state at the end of the log. */
  readonly fold: Fold
  /** In order of time; those of one partition in the order of its log. */
  readonly events: readonly KoffEvent[]
  /** The logs that do not know all since `since`. */
  readonly cut: readonly CutLog[]
  /** The next offset of each partition. */
  readonly positions: ReadonlyMap<number, number>
}

/**
 * Reads a log to its end and keeps the events since a time. A log that compaction or retention has cut after that time is read
 * again, with everything before the time from which it knows as history: a partial past makes no events.
 */
export async function lookBack(options: LookBackOptions): Promise<LookedBack> {
  const known = new KnownSince()
  const first = await read(options, options.since, input => known.take(input))
  const cut = known.unknownAt(options.since)
  if (cut.length === 0 || options.signal.aborted) return { ...first, cut }
  const knownOf = new Map(cut.map(({ partition, since }) => [partition, since]))
  const again = await read(options, partition => Math.max(options.since, knownOf.get(partition) ?? options.since))
  return { ...again, cut }
}

async function read(
  { open, cluster, until = Number.POSITIVE_INFINITY, since, types, accept, last, conditions, signal }: LookBackOptions,
  liveFrom: number | ((partition: number) => number),
  watch?: (input: Input) => void,
): Promise<Omit<LookedBack, 'cut'>> {
  const fold = new Fold({
    cluster,
    history: { liveFrom, untilStart: true },
    types,
    snapshot: false,
    ...(conditions === undefined ? {} : { conditions }),
  })
  await using source = await open(fold)
  const positions = new Map<number, number>()
  let events: KoffEvent[] = []
  const keep = (found: readonly KoffEvent[]) => {
    for (const event of found) {
      if (event.time >= since && event.time <= until && accept(event)) events.push(event)
    }
  }
  for await (const inputs of source.chunks(signal)) {
    for (const input of inputs) {
      watch?.(input)
      if (input.kind === 'position') positions.set(input.partition, input.position)
      keep(apply(fold, input))
    }
    // Of a long log with many events only the last ones are kept in memory.
    if (last !== undefined && events.length > 100 * last + 10_000) events = inTime(events).slice(-last)
  }
  const sorted = inTime(events)
  return { fold, events: last === undefined ? sorted : sorted.slice(-last), positions }
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
