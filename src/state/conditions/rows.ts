import type { OffsetTable } from '../offsets/table.ts'
import type { RowContext, TouchedRow } from './condition.ts'
import type { About, Numbers, Open } from './conditionEvents.ts'

/** The partition that a row is the offset of. */
interface RowPlace {
  readonly topic: string
  readonly partition: number
}

/** Opens a condition of a row; `emitOpening` makes the event. */
export function openRow(
  row: number,
  key: string,
  { table, watch, changed }: RowContext,
  emitOpening: (about: About, place: RowPlace) => Open,
): void {
  const { numbers } = watch.conditionsOf(row)
  watch.setOpen(row, key, emitOpening(aboutRow(row, table, numbers), placeOf(row, table)))
  changed(row)
}

/** Closes it if it is open; anchored to the commit that counts, or to the record that touched the row. */
export function closeRow(
  row: number,
  key: string,
  { table, watch, changed, touched }: RowContext & { readonly touched?: TouchedRow | undefined },
  emitClosing: (open: Open, about: About, place: RowPlace) => void,
): void {
  const open = watch.openOf(row, key)
  if (open === null) return
  const { numbers } = watch.conditionsOf(row)
  const about = aboutRow(row, table, numbers)
  emitClosing(open, touched === undefined ? about : { ...about, anchor: touched.anchor }, placeOf(row, table))
  watch.setOpen(row, key, null)
  changed(row)
}

/** What the events of a row are anchored to by default: the commit that counts. */
function aboutRow(row: number, table: OffsetTable, numbers: Numbers): About {
  const { name, group, lastType } = table.groupOf(row)
  const anchor = { offset: table.positions[row] ?? 0, timestamp: table.times[row] ?? 0 }
  return { group: name, groupType: group?.type ?? lastType, anchor, numbers }
}

function placeOf(row: number, table: OffsetTable): RowPlace {
  return { topic: table.topicOf(row).name, partition: table.partitions[row] ?? 0 }
}
