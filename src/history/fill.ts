import type { Fold } from '../engine/fold.ts'
import { KnownSince } from '../engine/knownSince.ts'
import type { Source } from '../engine/source.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { pipeline } from '../pipeline/pipeline.ts'
import type { CoverageItem, HistoryItem, Knowledge } from './items.ts'
import { Recorder } from './recorder/recorder.ts'
import type { HistoryStore, Written } from './store.ts'

export interface FillOptions {
  readonly source: Source
  /** Has to track changes. */
  readonly fold: Fold
  readonly cluster: string
  readonly store: HistoryStore
  /** Groups that are kept, with their events. */
  readonly wants: (group: string) => boolean
  /** What came earlier makes no events, ms, which may differ by partition; everything makes events unless given. */
  readonly liveFrom?: number | ((partition: number) => number) | undefined
  /** True for a live source: each chunk is written at once, and its coverage soon after. */
  readonly follows?: boolean | undefined
  /** How often log ends are recorded without a commit, ms; a minute unless given. */
  readonly progressEveryMs?: number | undefined
  readonly signal: AbortSignal
}

/** So many items are written in one transaction, at least, where there are as many. */
const writeSize = 5_000
/** How often the coverage of a live source is written, in ms of its time. */
const coverEveryMs = 1_000

/** Fills a history from recordings or segments, and notes from when to when it knows all. Resolves with what was new. */
export async function fillHistory({
  source,
  fold,
  cluster,
  store,
  wants,
  liveFrom,
  follows = false,
  progressEveryMs = 60_000,
  signal,
}: FillOptions): Promise<Written> {
  const recorder = new Recorder({ fold, cluster, mode: 'file', progressEveryMs, wants })
  const known = new KnownSince()
  let items: HistoryItem[] = []
  const total = { events: 0, items: 0 }
  const write = async () => {
    if (items.length === 0) return
    const written = await store.write(items.splice(0), signal)
    total.events += written.events
    total.items += written.items
  }
  const add = (events: readonly KoffEvent[]) => {
    for (const event of events) if (event.group === '' || wants(event.group)) items.push({ kind: 'event', event })
  }
  let coveredAt = Number.NEGATIVE_INFINITY
  const endChunk = async () => {
    if (!follows) return
    if (recorder.time - coveredAt >= coverEveryMs) {
      coveredAt = recorder.time
      items.push(...coverage({ fold, cluster, known, to: recorder.time, liveFrom }))
    }
    await write()
  }
  const chunks = async function* (ended: AbortSignal) {
    for await (const inputs of source.chunks(AbortSignal.any([signal, ended]))) {
      for (const input of inputs) known.take(input)
      yield inputs
    }
  }
  await pipeline({
    chunks,
    fold,
    observed: item => {
      for (const one of recorder.take(item)) items.push(one)
    },
    delivery: {
      take({ events }) {
        add(events)
        return items.length < writeSize ? undefined : write()
      },
      endChunk,
    },
  }).forEach(() => undefined)
  if (signal.aborted) return total
  add(fold.end())
  items.push(...coverage({ fold, cluster, known, to: recorder.time, liveFrom }))
  await write()
  return total
}

interface Covered {
  readonly fold: Fold
  readonly cluster: string
  readonly known: KnownSince
  readonly to: number
  readonly liveFrom: FillOptions['liveFrom']
}

/** A log that begins at offset 0 and has no gap is known from the beginning of time; any other as `KnownSince` says. */
function coverage({ fold, cluster, known, to, liveFrom = 0 }: Covered): CoverageItem[] {
  const cut = new Map(known.unknownAt(Number.NEGATIVE_INFINITY).map(log => [log.partition, log]))
  const states: readonly Knowledge[] = fold.logEnds.size > 0 ? ['owners', 'offsets', 'lag'] : ['owners', 'offsets']
  return [...fold.partitions.values()].flatMap((state): CoverageItem[] => {
    const { partition, position } = state
    const log = cut.get(partition)
    const since = log === undefined ? 0 : log.since
    if (!Number.isFinite(since)) return []
    const from = { position: log?.offset ?? 0, time: since }
    const end = { position, time: Math.max(to, since) }
    const base = { kind: 'coverage', cluster, partition, to: end } as const
    return [
      { ...base, knows: states, from },
      { ...base, knows: ['events'], from: { ...from, time: Math.max(since, beginOf(liveFrom, partition)) } },
    ]
  })
}

function beginOf(liveFrom: NonNullable<FillOptions['liveFrom']>, partition: number): number {
  return typeof liveFrom === 'number' ? liveFrom : liveFrom(partition)
}
