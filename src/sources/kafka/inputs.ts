import type { Fetched } from '../../kafka/consumer/brokerFetchers.ts'
import { CommittedBatches } from '../../kafka/consumer/committedBatches.ts'
import { trimBatch } from '../../kafka/consumer/trimBatch.ts'
import type { Isolation } from '../../kafka/protocol/fetch.ts'
import type { BatchCodecs } from '../../kafka/records/batch.ts'
import { BATCHES_AT_A_TIME, type BatchItem, openBatch, readBatches } from '../../kafka/records/readBatches.ts'
import type { Input, PositionInput } from '../../state/input.ts'

export interface InputOptions {
  readonly codecs: BatchCodecs
  readonly isolation?: Isolation
  readonly batchesAtATime?: number
}

/**
 * The inputs of a response, in parts of some batches: faults; then, of each partition, its position if it is the first
 * one, its batches, and its new position.
 */
export function* inputsOf(
  { faults, partitions, timestamp }: Fetched,
  { codecs, isolation = 'uncommitted', batchesAtATime = BATCHES_AT_A_TIME }: InputOptions,
): Generator<readonly Input[], void, undefined> {
  let inputs: Input[] = faults.map(fault => ({ kind: 'fault', fault }))
  for (const fetched of partitions) {
    const { partition, from, next, logEnd, firstLogEnd, isFirst, isNews, records, bounds, aborted } = fetched
    const at = (position: number): PositionInput => ({ kind: 'position', partition, position, logEnd, timestamp })
    const committed = isolation === 'committed' ? new CommittedBatches(aborted) : null
    const take = (item: BatchItem) => {
      if (item.kind === 'batch' && committed?.has(item.batch) === false) return
      if (isWanted(item, from)) inputs.push(trimmed(item, from))
    }
    const options = { partition, codecs }
    const count = bounds.length - 1
    if (isFirst) inputs.push({ ...at(from), logEnd: firstLogEnd })
    for (let batch = 0; batch < count; batch++) {
      take(openBatch(records, bounds[batch] as number, bounds[batch + 1] as number, options))
      if (inputs.length >= batchesAtATime) {
        yield inputs
        inputs = []
      }
    }
    for (let opened = bounds[count] as number; opened < records.length; ) {
      const rest = { ...options, fileOffset: opened, limit: batchesAtATime }
      const { items, consumed, isLost } = readBatches(records.subarray(opened), rest)
      for (const item of items) take(item)
      if (inputs.length >= batchesAtATime) {
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

/** A broker sends the whole batch that holds the requested offset. A broken batch may come again, too. */
function isWanted(item: BatchItem, from: number): boolean {
  return item.kind === 'fault' ? item.fault.offset === null || item.fault.offset >= from : item.batch.lastOffset >= from
}

function trimmed(item: BatchItem, from: number): BatchItem {
  if (item.kind === 'fault' || item.batch.baseOffset >= from) return item
  return { kind: 'batch', batch: trimBatch(item.batch, from) }
}
