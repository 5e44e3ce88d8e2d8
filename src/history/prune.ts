import { setImmediate } from 'node:timers/promises'
import type { EventType } from '../events/definitions.ts'
import { unpackState } from './sql/body.ts'
import type { Database, Transaction } from './sql/database.ts'
import { changeInGroups, type GroupKey, groupId, rowsInGroups } from './sql/groupKeys.ts'

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
/** So many groups are looked at in one transaction. */
const groupStep = 100

/**
 * Removes what is too old, in small steps. Of each group the last full state and the last block of progress before that time
 * stay, so that every time since then can be answered. A group that was gone before is forgotten.
 */
export async function prune(database: Database, { before, eventsBefore, signal }: PruneOptions): Promise<Pruned> {
  const pruned: Record<string, number> = {}
  const count = (table: string, rows: number) => {
    if (rows > 0) pruned[table] = (pruned[table] ?? 0) + rows
  }
  const remove = async (table: string, key: string, condition: string, parameters: readonly (string | number)[]) => {
    for (let total = 0; ; ) {
      signal?.throwIfAborted()
      const sql = `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${stepSize})`
      const rows = await database.transaction(transaction => transaction.run(sql, parameters))
      count(table, rows)
      total += rows
      if (rows < stepSize) return total
      await setImmediate()
    }
  }
  for (const [type, time] of eventsBefore ?? []) {
    const rows = await remove('events', 'sequence', 'type = ? AND time < ?', [type, time])
    if (rows > 0) await database.transaction(transaction => noteKept(transaction, type, time))
  }
  if (before !== undefined) {
    const row = database.rowKey
    const kept = eventsBefore === undefined ? [] : [...eventsBefore.keys()]
    const others = kept.length === 0 ? '' : ` AND type NOT IN (${kept.map(() => '?').join(', ')})`
    // A condition that is open, or was closed later, has not ended before that time.
    const ended = '(closed IS NULL OR closed < ?)'
    await remove('events', 'sequence', `time < ? AND ${ended}${others}`, [before, before, ...kept])
    await remove('owner_spans', row, 'to_time < ?', [before])
    await remove('member_spans', row, 'to_time < ?', [before])
    await pruneGroups(database, { before: Math.floor(before), count, signal })
    await database.transaction(async transaction => {
      await transaction.run('DELETE FROM coverage WHERE to_time < ?', [before])
      await transaction.run('UPDATE coverage SET from_time = ? WHERE from_time < ?', [before, before])
    })
  }
  if (Object.keys(pruned).length > 0) await database.reclaim()
  return pruned
}

/** Events of a type are known from then on. */
async function noteKept(transaction: Transaction, type: EventType, time: number): Promise<void> {
  await transaction.run(
    `INSERT INTO kept_types VALUES (?, ?) ON CONFLICT (type) DO UPDATE SET from_time = excluded.from_time
      WHERE kept_types.from_time < excluded.from_time`,
    [type, Math.floor(time)],
  )
}

interface GroupPruning extends Pick<PruneOptions, 'signal'> {
  readonly before: number
  readonly count: (table: string, rows: number) => void
}

/** States and progress of one page of groups after the other. */
async function pruneGroups(database: Database, { before, count, signal }: GroupPruning): Promise<void> {
  let last: readonly string[] | null = null
  for (;;) {
    signal?.throwIfAborted()
    const after: string = last === null ? '' : 'WHERE (cluster, "group") > (?, ?)'
    const sql = `SELECT cluster, "group" FROM groups ${after} ORDER BY cluster, "group" LIMIT ${groupStep}`
    const rows = await database.all(sql, last ?? [])
    const keys = rows.map(row => ({ cluster: String(row['cluster']), group: String(row['group']) }))
    const end = keys.at(-1)
    if (end === undefined) return
    last = [end.cluster, end.group]
    await database.transaction(async transaction => {
      count('states', await changeInGroups(transaction, keys, of => oldStates(of, before)))
      count('progress', await changeInGroups(transaction, keys, of => oldProgress(of, before)))
      const gone = await goneGroups(transaction, keys, before)
      if (gone.length === 0) return
      for (const table of ['states', 'progress', 'progress_tail', 'groups'])
        count(table, await changeInGroups(transaction, gone, of => `DELETE FROM ${table} WHERE ${of}`))
    })
    await setImmediate()
  }
}

function oldStates(of: string, before: number): string {
  return `DELETE FROM states WHERE ${of} AND time < (
    SELECT s.base FROM states s WHERE s.cluster = states.cluster AND s."group" = states."group" AND s.time <= ${before}
    ORDER BY s.time DESC, s.position DESC LIMIT 1)`
}

function oldProgress(of: string, before: number): string {
  return `DELETE FROM progress WHERE ${of} AND from_time < (
    SELECT max(p.from_time) FROM progress p
    WHERE p.cluster = progress.cluster AND p."group" = progress."group" AND p.from_time <= ${before})`
}

/** Groups that were deleted before a time and did not come back. */
async function goneGroups(
  transaction: Transaction,
  keys: readonly GroupKey[],
  before: number,
): Promise<readonly GroupKey[]> {
  const rows = await rowsInGroups(
    transaction,
    keys,
    of => `SELECT cluster, "group", body FROM states WHERE ${of} AND time < ${before} AND time = (
        SELECT max(s.time) FROM states s WHERE s.cluster = states.cluster AND s."group" = states."group")
      ORDER BY position DESC`,
  )
  return keys.filter(key => {
    const body = rows.get(groupId(key))?.[0]?.['body']
    return body instanceof Uint8Array && unpackState(body).header === null
  })
}

/** Events whose times stand for those of all. */
const sampleSize = 100

/** The time before which everything goes so that about `bytes` are left; undefined where nothing has to go. */
export async function timeForSize(database: Database, bytes: number): Promise<number | undefined> {
  const size = await database.size()
  if (size <= bytes) return undefined
  const [extent] = await database.all('SELECT min(sequence) AS first, max(sequence) AS last FROM events')
  const [first, last] = [extent?.['first'], extent?.['last']]
  if (typeof first !== 'number' || typeof last !== 'number') return undefined
  const times: number[] = []
  for (let index = 0; index <= sampleSize; index++) {
    const sequence = first + Math.floor(((last - first) * index) / sampleSize)
    const [row] = await database.all('SELECT time FROM events WHERE sequence >= ? ORDER BY sequence LIMIT 1', [
      sequence,
    ])
    times.push(Number(row?.['time']))
  }
  times.sort((a, b) => a - b)
  // A little more goes, so that it is not over the limit again at once.
  const share = 1 - (bytes / size) * 0.9
  return times[Math.min(sampleSize, Math.ceil(share * sampleSize))]
}
