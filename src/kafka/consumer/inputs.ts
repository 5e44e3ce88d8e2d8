import { BATCHES_AT_A_TIME } from '../../sources/batchesAtATime.ts'
import type { Input, PositionInput } from '../../state/input.ts'
import type { BatchCodecs } from '../records/batch.ts'
import { type BatchItem, readBatches } from '../records/readBatches.ts'
import type { Fetched } from './follower.ts'
import { trimBatch } from './trimBatch.ts'

export interface InputOptions {
  readonly codecs: BatchCodecs
  /** When the broker answered, ms. */
  readonly timestamp: number
}

/**
 * Opens what was fetched, some batches at a time: of each partition its position if it is the first one, its batches, its
 * new position.
 */
export function* inputsOf(
  fetched: readonly Fetched[],
  { codecs, timestamp }: InputOptions,
): Generator<readonly Input[], void, undefined> {
  let inputs: Input[] = []
  for (const { partition, from, next, logEnd, firstLogEnd, isFirst, isNews, records, isChecked } of fetched) {
    const at = (position: number): PositionInput => ({ kind: 'position', partition, position, logEnd, timestamp })
    if (isFirst) inputs.push({ ...at(from), logEnd: firstLogEnd })
    for (let opened = 0; opened < records.length; ) {
      const options = { partition, codecs, isChecked, filePosition: opened, limit: BATCHES_AT_A_TIME }
      const { items, consumed, isLost } = readBatches(records.subarray(opened), options)
      for (const item of items) if (isWanted(item, from)) inputs.push(trimmed(item, from))
      if (inputs.length >= BATCHES_AT_A_TIME) {
        yield inputs
        inputs = []
      }
      if (consumed === 0 || isLost) break
      opened += consumed
    }
    if (isNews && !(isFirst && next === from && logEnd === firstLogEnd)) inputs.push(at(next))
  }
  if (inputs.length > 0) yield inputs
}

/** A broker gives the whole batch that holds the offset it was asked for; also one that is broken may come again. */
function isWanted(item: BatchItem, from: number): boolean {
  return item.kind === 'fault' ? item.fault.offset === null || item.fault.offset >= from : item.batch.lastOffset >= from
}

function trimmed(item: BatchItem, from: number): BatchItem {
  return item.kind === 'fault' ? item : { kind: 'batch', batch: trimBatch(item.batch, from) }
}
