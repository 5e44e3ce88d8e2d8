import type { Input, PositionInput } from '../../state/input.ts'
import type { BatchCodecs } from '../../wire/batch.ts'
import { readBatches } from '../../wire/readBatches.ts'
import type { Fetched } from './follower.ts'
import { trimBatch } from './trimBatch.ts'

export interface InputOptions {
  readonly codecs: BatchCodecs
  /** When the broker answered, ms. */
  readonly timestamp: number
}

/** Opens what was fetched: of each partition its position if it is the first one, its batches, its new position. */
export function inputsOf(fetched: readonly Fetched[], { codecs, timestamp }: InputOptions): Input[] {
  const inputs: Input[] = []
  for (const { partition, from, next, logEnd, firstLogEnd, isFirst, isNews, records } of fetched) {
    const at = (position: number): PositionInput => ({ kind: 'position', partition, position, logEnd, timestamp })
    if (isFirst) inputs.push({ ...at(from), logEnd: firstLogEnd })
    for (const item of readBatches(records, { partition, codecs }).items) {
      // A broker gives the whole batch that holds the offset it was asked for; also one that is broken may come again.
      if (item.kind === 'fault') {
        if (item.fault.offset === null || item.fault.offset >= from) inputs.push(item)
      } else if (item.batch.baseOffset >= from) inputs.push(item)
      else if (item.batch.lastOffset >= from) inputs.push({ kind: 'batch', batch: trimBatch(item.batch, from) })
    }
    if (isNews && !(isFirst && next === from && logEnd === firstLogEnd)) inputs.push(at(next))
  }
  return inputs
}
