import { isOpeningType } from '../../events/definitions.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { SqlValue } from '../store.ts'
import type { Transaction } from './database.ts'
import { endOfOpener, OPEN } from './tables.ts'

/** When the condition of an opening event was closed: the time of the event that closes it, `OPEN` before there is one. */
export const endOfCondition = `coalesce(
  (SELECT min(c.time) FROM events c WHERE c.opened = events.id AND (c.cluster || '') = events.cluster), ${OPEN})`

/** So many conditions go into one statement. */
const statementSize = 100

/** Keeps `closed` of opening events in step with the events that were just written, in whatever order they come. */
export async function noteConditions(transaction: Transaction, events: readonly KoffEvent[]): Promise<void> {
  const opened = events.filter(({ type, part }) => part === 1 && isOpeningType(type))
  for (const [cluster, ofCluster] of Map.groupBy(opened, event => event.cluster)) {
    for (let at = 0; at < ofCluster.length; at += statementSize) {
      const ids = ofCluster.slice(at, at + statementSize).map(({ id }) => id)
      const marks = ids.map(() => '?').join(', ')
      const sql = `UPDATE events SET closed = ${endOfCondition} WHERE cluster = ? AND id IN (${marks})`
      await transaction.run(sql, [cluster, ...ids])
    }
  }
  const closing = new Map<string, readonly SqlValue[]>()
  for (const { cluster, part, time, data } of events) {
    if (part !== 1 || !('opened' in data)) continue
    const key = JSON.stringify([cluster, data.opened])
    if (!closing.has(key)) closing.set(key, [time, cluster, data.opened])
  }
  if (closing.size > 0) await transaction.update(endOfOpener, [...closing.values()])
}
