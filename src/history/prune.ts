import { setImmediate } from 'node:timers/promises'
import type { EventType } from '../events/definitions.ts'
import type { Database } from './sql/database.ts'

export interface PruneOptions {
  /** Everything that ended earlier goes, ms since the epoch; undefined: nothing goes by its age. */
  readonly before?: number | undefined
  /** By type: events that are older go, whatever `before` says. */
  readonly eventsBefore?: ReadonlyMap<EventType, number> | undefined
  readonly signal?: AbortSignal | undefined
}

/** What went, by table. */
export type Pruned = Readonly<Record<string, number>>

/** So many rows go in one transaction: who writes waits for no more than this. */
const stepSize = 2_000

/**
 * Removes what is too old, in small steps. Of each group the last full state and the last block of progress before that time
 * stay, so that every time since then can be answered.
 */
export async function prune(database: Database, { before, eventsBefore, signal }: PruneOptions): Promise<Pruned> {
  const pruned: Record<string, number> = {}
  const remove = async (table: string, key: string, condition: string, parameters: readonly (string | number)[]) => {
    for (;;) {
      signal?.throwIfAborted()
      const sql = `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${stepSize})`
      const count = await database.transaction(transaction => transaction.run(sql, parameters))
      if (count > 0) pruned[table] = (pruned[table] ?? 0) + count
      if (count < stepSize) return
      await setImmediate()
    }
  }
  for (const [type, time] of eventsBefore ?? [])
    await remove('events', 'sequence', 'type = ? AND time < ?', [type, time])
  if (before === undefined) return pruned
  const row = database.rowKey
  const kept = eventsBefore === undefined ? [] : [...eventsBefore.keys()]
  const others = kept.length === 0 ? '' : ` AND type NOT IN (${kept.map(() => '?').join(', ')})`
  // A condition that is open, or was closed later, has not ended before that time.
  const ended = '(closed IS NULL OR closed < ?)'
  await remove('events', 'sequence', `time < ? AND ${ended}${others}`, [before, before, ...kept])
  await remove('owner_spans', row, 'to_time < ?', [before])
  await remove('member_spans', row, 'to_time < ?', [before])
  await remove(
    'states',
    row,
    `base < (SELECT max(s.base) FROM states s WHERE s.cluster = states.cluster AND s."group" = states."group" AND s.time <= ?)`,
    [before],
  )
  await remove(
    'progress',
    row,
    `from_time < (SELECT max(p.from_time) FROM progress p
      WHERE p.cluster = progress.cluster AND p."group" = progress."group" AND p.from_time <= ?)`,
    [before],
  )
  await database.transaction(async transaction => {
    await transaction.run('DELETE FROM coverage WHERE to_time < ?', [before])
    await transaction.run('UPDATE coverage SET from_time = ? WHERE from_time < ?', [before, before])
  })
  await database.reclaim()
  return pruned
}

/** The time before which everything goes so that about `bytes` are left; undefined where nothing has to go. */
export async function timeForSize(database: Database, bytes: number): Promise<number | undefined> {
  const size = await database.size()
  if (size <= bytes) return undefined
  const [extent] = await database.all('SELECT min(time) AS first, max(time) AS last FROM events')
  const [first, last] = [extent?.['first'], extent?.['last']]
  if (typeof first !== 'number' || typeof last !== 'number') return undefined
  // What comes evenly over time: a little more goes, so that it is not over the limit again at once.
  return Math.ceil(first + (last - first) * (1 - (bytes / size) * 0.9))
}
