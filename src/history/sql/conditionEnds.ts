import { isOpeningType } from '../../events/definitions.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { Transaction } from './database.ts'
import { OPEN } from './tables.ts'

/** When the condition of an opening event was closed: the time of the event that closes it, `OPEN` before there is one. */
export const endOfCondition = `coalesce(
  (SELECT min(c.time) FROM events c WHERE c.opened = events.id AND c.cluster = events.cluster), ${OPEN})`

/** Keeps `closed` of opening events in step with the events that were just written, in whatever order they come. */
export async function noteConditions(transaction: Transaction, events: readonly KoffEvent[]): Promise<void> {
  for (const { cluster, id, type, part, time, data } of events) {
    if (part !== 1) continue
    if (isOpeningType(type))
      await transaction.run(`UPDATE events SET closed = ${endOfCondition} WHERE cluster = ? AND id = ?`, [cluster, id])
    if (!('opened' in data)) continue
    const sql = `UPDATE events SET closed = ? WHERE cluster = ? AND id = ? AND closed = ${OPEN}`
    await transaction.run(sql, [time, cluster, data.opened])
  }
}
