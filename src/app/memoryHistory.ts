import { conditionSettings } from '../config/conditionSettings.ts'
import type { Config } from '../config/schema.ts'
import { Fold, type History } from '../engine/fold.ts'
import { KnownSince } from '../engine/knownSince.ts'
import type { Source } from '../engine/source.ts'
import { eventTypes, offByDefault } from '../events/definitions.ts'
import { fillHistory } from '../history/fill.ts'
import type { HistoryStore } from '../history/store.ts'

/** What a history in memory is filled from. */
export interface Filling {
  /** `whole` ends at the present end, `goOn` where it ends by itself, or never. Both begin at the first record. */
  readonly open: (how: 'whole' | 'goOn', foldOf: (cluster: string) => Fold) => Promise<Source>
  /** True for the log of a live cluster. */
  readonly follows: boolean
  readonly conditions: Config['conditions']
  readonly store: HistoryStore
  readonly signal: AbortSignal
}

/** In a followed log, offsets and log ends are recorded so often, ms. */
const progressEveryMs = 5_000

/**
 * Fills a history that has nothing yet. The log is read twice: first to learn from when on it knows all, so that what
 * compaction has left of the time before makes no events. Resolves at the end of the source.
 */
export async function fillMemory({ open, follows, conditions, store, signal }: Filling): Promise<void> {
  const known = new KnownSince()
  {
    await using first = await open('whole', cluster => new Fold({ cluster, history: 'until-start' }))
    for await (const inputs of first.chunks(signal)) for (const input of inputs) known.take(input)
  }
  if (signal.aborted) return
  const cut = new Map(known.unknownAt(Number.NEGATIVE_INFINITY).map(({ partition, since }) => [partition, since]))
  const liveFrom = (partition: number) => cut.get(partition) ?? Number.NEGATIVE_INFINITY
  const history: History = cut.size === 0 ? 'none' : { liveFrom, ...(follows ? { untilStart: true } : {}) }
  const types = new Set(eventTypes.filter(type => !offByDefault.has(type)))
  const judged = conditionSettings(conditions)
  let fold: Fold | undefined
  await using source = await open('goOn', cluster => {
    fold = new Fold({ cluster, history, types, tracksChanges: true, conditions: judged })
    return fold
  })
  await fillHistory({
    source,
    fold: fold ?? new Fold({ cluster: source.cluster, history, types, tracksChanges: true, conditions: judged }),
    cluster: source.cluster,
    store,
    wants: () => true,
    liveFrom,
    follows,
    ...(follows ? { progressEveryMs } : {}),
    signal,
  })
}
