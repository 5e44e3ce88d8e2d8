import type { KoffEvent } from '../events/envelope.ts'
import type { RecordBatch } from '../kafka/records/batch.ts'
import { RecordCursor } from '../kafka/records/recordCursor.ts'
import type { PartitionState } from './partition.ts'

/** Applies one batch to the state of a partition, as the stages of the pipeline do. */
export function applyBatch(state: PartitionState, batch: RecordBatch): readonly KoffEvent[] {
  const cursor = new RecordCursor()
  cursor.open(batch)
  state.begin(batch)
  for (const transition of state.read(batch, cursor) ?? []) {
    const change = state.diff(transition)
    state.judgeChange(change)
    state.endTransition(change)
  }
  return state.end()
}
