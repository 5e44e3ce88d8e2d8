import { Fold } from '../../src/engine/fold.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventLine } from '../../src/events/ndjson.ts'
import type { RecordBatch } from '../../src/kafka/records/batch.ts'
import { apply } from '../../src/pipeline/apply.ts'
import type { Input } from '../../src/state/input.ts'
import { encodeState } from '../../src/state/stored/encode.ts'
import { restoreInto } from '../state/stored/restoreInto.ts'

const everyType = new Set(eventTypes)

/** A first read of a cluster: what was there before it, by partition, and what comes. */
export interface FirstRead {
  readonly history: ReadonlyMap<number, readonly RecordBatch[]>
  /** Where each partition ended when the reading began. */
  readonly ends: ReadonlyMap<number, number>
  readonly news: readonly Input[]
  /** Names of topics that were known before. */
  readonly declared?: readonly Input[]
}

/** The end of history is where the log ends, compacted or not. */
export function firstRead(inputs: readonly Input[], cut: number): FirstRead {
  const before = inputs.slice(0, cut)
  const history = new Map<number, RecordBatch[]>()
  const ends = new Map<number, number>()
  for (const input of inputs) if (input.kind === 'batch') ends.set(input.batch.partition, 0)
  for (const input of before) {
    if (input.kind !== 'batch') continue
    const { partition, lastOffset } = input.batch
    ends.set(partition, lastOffset + 1)
    history.set(partition, [...(history.get(partition) ?? []), input.batch])
  }
  return { history, ends, news: inputs.slice(cut), declared: before.filter(({ kind }) => kind === 'topic') }
}

/**
 * The events of a first read, snapshots first, a line each. `interruptedAt`: after so many batches of history koff was
 * started anew, and went on from the state that it had stored.
 */
export function eventsOfFirstRead({ history, ends, news, declared = [] }: FirstRead, interruptedAt = -1): string[] {
  let fold = newFold()
  const events: KoffEvent[] = []
  for (const input of declared) apply(fold, input)
  for (const [partition, logEnd] of ends)
    apply(fold, { kind: 'position', partition, position: 0, logEnd, timestamp: 0 })
  let count = 0
  for (const batches of history.values()) {
    for (const batch of batches) {
      if (count++ === interruptedAt) {
        fold = startedAnew(fold)
        for (const input of declared) apply(fold, input)
      }
      apply(fold, { kind: 'batch', batch })
    }
  }
  for (const [partition, position] of ends) {
    events.push(...apply(fold, { kind: 'position', partition, position, logEnd: position, timestamp: 0 }))
  }
  events.push(...news.flatMap(input => apply(fold, input)), ...fold.end())
  return events.map(event => eventLine(event))
}

function newFold(): Fold {
  return new Fold({ cluster: '', history: 'until-start', types: everyType })
}

function startedAnew(fold: Fold): Fold {
  const copy = newFold()
  for (const [partition, state] of fold.partitions) {
    copy.adopt(partition, restoreInto(copy.newState(partition), encodeState(state)))
  }
  return copy
}
