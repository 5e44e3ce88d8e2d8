import type { Fold } from '../engine/fold.ts'
import { countOpen } from '../state/conditions/openConditions.ts'
import type { Sample } from './telemetry.ts'

/**
 * Metrics of a fold, looked up at a scrape so that they cost nothing per record. Open conditions are those of groups that
 * `wants` accepts.
 */
export function* foldSamples(fold: Fold, wants: (group: string) => boolean): Generator<Sample, void, void> {
  const { records, offsetRecords, undecodable } = fold.totals()
  yield { metric: 'koff_records_total', labels: {}, value: records }
  yield { metric: 'koff_offset_records_total', labels: {}, value: offsetRecords }
  yield { metric: 'koff_undecodable_records_total', labels: {}, value: undecodable }
  let groups = 0
  const open = new Map<string, number>()
  for (const [partition, { groups: known, position, offsets }] of fold.partitions) {
    groups += known.size
    const counts = countOpen({ groups: known, table: offsets.table }, wants)
    for (const [type, count] of Object.entries(counts)) open.set(type, (open.get(type) ?? 0) + count)
    const logEnd = fold.sourceEnds.get(partition)
    if (logEnd === undefined) continue
    const value = Math.max(0, logEnd - position)
    yield { metric: 'koff_fetch_lag_records', labels: { partition: String(partition) }, value }
  }
  yield { metric: 'koff_groups', labels: {}, value: groups }
  for (const [type, value] of open) yield { metric: 'koff_open_conditions', labels: { type }, value }
}
