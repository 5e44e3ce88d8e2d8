import { setTimeout as sleep } from 'node:timers/promises'
import { backOffMs } from '../base/backOff.ts'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { tellOpening } from '../base/opening.ts'
import type { PartitionOutages } from '../base/outage.ts'
import { createOutages, type Outages } from '../base/outages.ts'
import { ranges } from '../base/ranges.ts'
import type { Fold } from '../engine/fold.ts'
import type { Source } from '../engine/source.ts'
import type { KoffEvent } from '../events/envelope.ts'
import type { HistoryItem } from '../history/items.ts'
import type { Diffed } from '../pipeline/diff.ts'
import { pipeline } from '../pipeline/pipeline.ts'
import type { Input } from '../state/input.ts'
import type { Deployment } from './deployment.ts'
import type { TableFilter } from './groupTable.ts'
import type { Output } from './output.ts'
import { OwnedPartitions, type Ready } from './ownedPartitions.ts'
import type { Ownership } from './ownership.ts'
import { readiness } from './readiness.ts'
import type { SourceLog } from './sourceLog.ts'

export interface ServiceOptions {
  /** Must record changes. */
  readonly fold: Fold
  readonly output: Output
  readonly ownership: Ownership
  /** The settings that a stored state is checked against. */
  readonly sourceLog: SourceLog
  readonly deployment: Deployment
  /** Reads those partitions from those positions; null: from the first record. */
  readonly openSource: (positions: ReadonlyMap<number, number | null>, told: SourceHandles) => Promise<Source>
  /** Which events are delivered; by default all events of the fold. */
  readonly accept?: (event: KoffEvent) => boolean
  /** The filter of the groups topic; all groups unless given. */
  readonly tableFilter?: TableFilter
  readonly signal: AbortSignal
  readonly log: Log
  /** Reports outages; by default one that writes to `log`. */
  readonly outages?: Outages
  /** The interval at which state without events is committed; 5 s unless given. */
  readonly stateEveryMs?: number
  /** The time limit for an end by `signal`; 5 s unless given. */
  readonly finishTimeoutMs?: number
  /** Records a history beside the events; none unless given. */
  readonly record?: ((item: Diffed) => readonly HistoryItem[]) | undefined
  /** ms since the epoch; Date.now unless given. */
  readonly now?: () => number
}

export interface SourceHandles {
  /** Aborts the opening, and the source. */
  readonly signal: AbortSignal
  /** Receives partitions that cannot be read for a while. */
  readonly outages: PartitionOutages
}

/**
 * Reads the partitions that this instance owns, and commits events together with state, until `signal` aborts: pending
 * events are then committed, and the next owner reads the rest. After a failed commit the partition is taken over
 * again, from the stored state, as by a new owner.
 * @throws KoffError where only a person can help.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { output, ownership, signal, log, finishTimeoutMs = 5_000 } = options
  const fatal = new AbortController()
  const stop = AbortSignal.any([signal, fatal.signal])
  const { outages = createOutages(log) } = options
  // An interrupted operation fails with an error of its own, which is not a failure here.
  const fail = (error: unknown) => {
    if (!signal.aborted || error instanceof KoffError) fatal.abort(error)
  }
  const catchUp = tellCatchUp(options)
  const partitions = new OwnedPartitions({ ...options, outages, signal: stop, fail })
  try {
    await output.open(stop, tellOpening(log))
    const changed = () => {
      catchUp.begin()
      log.info(ownedText(ownership.partitions), { partitions: [...ownership.partitions] })
      partitions.adjust()
    }
    await ownership.start({ changed, failed: fail }, stop)
    await readUntil(stop, { ...options, outages, onChunk: () => catchUp.check() }, partitions)
  } catch (error) {
    // Partitions are given up in either case: an open producer would keep the process alive.
    if (!stop.aborted) fatal.abort(error)
  }
  const finished = partitions.finish()
  await Promise.race([finished, sleep(finishTimeoutMs, undefined, { ref: false })])
  if (fatal.signal.aborted) throw fatal.signal.reason
}

/** Logs once when koff has caught up, and again after other partitions were taken over. */
function tellCatchUp({ fold, ownership, log }: ServiceOptions) {
  let since = performance.now()
  let isOver = false
  return {
    begin() {
      since = performance.now()
      isOver = false
    },
    check() {
      if (isOver || !readiness(ownership, fold).isReady) return
      isOver = true
      const durationMs = Math.round(performance.now() - since)
      log.info(`caught up after ${(durationMs / 1000).toFixed(1)} s: what comes now is news`, { durationMs })
    },
  }
}

function ownedText(partitions: ReadonlySet<number>): string {
  return partitions.size === 0 ? 'owns no partition: others have them all' : `owns partitions ${ranges(partitions)}`
}

const readPauses = { firstMs: 1_000, maxMs: 5_000 }

interface Reading extends ServiceOptions {
  readonly outages: Outages
  /** Called after each chunk. */
  readonly onChunk: () => void
}

/** Reads the owned partitions. Opens another source whenever other partitions are ready, and after a failure. */
async function readUntil(stop: AbortSignal, options: Reading, partitions: OwnedPartitions): Promise<void> {
  const { outages, fold, accept, record } = options
  const reading: PartitionOutages = {
    begin: (of, reason, kind) => outages.begin('reading', of, reason, kind),
    end: of => outages.end('reading', of),
  }
  let failures = 0
  while (!stop.aborted) {
    const ready = await partitions.whenReady(stop)
    const until = AbortSignal.any([stop, ready.signal])
    try {
      await using source = await options.openSource(ready.positions, { signal: until, outages: reading })
      const chunks = (ended: AbortSignal) =>
        ofOwned(source, { partitions, ready, signal: AbortSignal.any([until, ended]) })
      const observed = record === undefined ? undefined : (item: Diffed) => partitions.keep(record(item))
      await pipeline({ chunks, fold, observed, accept, delivery: partitions.delivery(ready) }).forEach(() => {
        failures = 0
        options.onChunk()
      })
    } catch (error) {
      if (until.aborted) continue
      if (!(error instanceof KoffError && error.retriable)) throw error
      failures += 1
      reading.begin([...ready.positions.keys()], error.message)
      await sleep(backOffMs(failures, readPauses), undefined, { signal: until }).catch(() => undefined)
    }
  }
}

interface OfOwned {
  readonly partitions: OwnedPartitions
  readonly ready: Ready
  readonly signal: AbortSignal
}

async function* ofOwned(source: Source, { partitions, ready, signal }: OfOwned): AsyncGenerator<Iterable<Input>> {
  for await (const inputs of source.chunks(signal)) {
    yield partitions.ofOwned(inputs, ready)
    if (signal.aborted) return
  }
}
