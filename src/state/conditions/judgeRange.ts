import { rangeOf } from './offsetOutOfRange.ts'
import { aboutRow, type RowsContext, type SampledRow } from './rows.ts'

/** `offset-out-of-range` and its end, by one sample of one row. */
export function judgeRange({ row, offset, logStart, logEnd, time }: SampledRow, context: RowsContext): void {
  const { table, watch, tell, changed } = context
  const range = rangeOf({ offset, logStart, logEnd, above: watch.above.get(row) ?? null })
  if (watch.setAbove(row, offset > logEnd ? offset : null)) changed(row)
  const open = watch.conditions.get(row)?.outOfRange ?? null
  const place = { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
  if (open === null && range === 'out') {
    const conditions = watch.conditionsOf(row)
    const about = aboutRow(row, table, conditions.numbers)
    conditions.outOfRange = tell.open('offset-out-of-range', about, time, { ...place, offset, logStart, logEnd })
    changed(row)
  } else if (open !== null && range === 'in') {
    const conditions = watch.conditionsOf(row)
    tell.close('offset-out-of-range', open, aboutRow(row, table, conditions.numbers), time, place)
    conditions.outOfRange = null
    changed(row)
  }
}
