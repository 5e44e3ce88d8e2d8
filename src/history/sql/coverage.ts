import type { CoverageItem } from '../items.ts'
import type { Transaction } from './database.ts'

/** Adds an interval to what is covered, joined with those that it touches. Returns whether it was news. */
export async function coverInterval(transaction: Transaction, item: CoverageItem): Promise<boolean> {
  const { cluster, partition, knows, from, to } = item
  let isNews = false
  for (const knowledge of knows) {
    const key = [cluster, partition, knowledge] as const
    const touching = await transaction.all(
      `SELECT from_time, to_time, from_position, to_position FROM coverage
        WHERE cluster = ? AND "partition" = ? AND knowledge = ? AND from_position <= ? AND to_position >= ?`,
      [...key, to.position, from.position],
    )
    const union = { fromTime: from.time, toTime: to.time, fromPosition: from.position, toPosition: to.position }
    for (const row of touching) {
      union.fromTime = Math.min(union.fromTime, Number(row['from_time']))
      union.toTime = Math.max(union.toTime, Number(row['to_time']))
      union.fromPosition = Math.min(union.fromPosition, Number(row['from_position']))
      union.toPosition = Math.max(union.toPosition, Number(row['to_position']))
    }
    const { fromTime, toTime, fromPosition, toPosition } = union
    const [only] = touching
    if (touching.length === 1 && Number(only?.['from_position']) === fromPosition) {
      const changed = await transaction.run(
        `UPDATE coverage SET from_time = ?, to_time = ?, to_position = ?
          WHERE cluster = ? AND "partition" = ? AND knowledge = ? AND from_position = ?
          AND (from_time <> ? OR to_time <> ? OR to_position <> ?)`,
        [fromTime, toTime, toPosition, ...key, fromPosition, fromTime, toTime, toPosition],
      )
      isNews ||= changed > 0
      continue
    }
    for (const row of touching) {
      await transaction.run(
        'DELETE FROM coverage WHERE cluster = ? AND "partition" = ? AND knowledge = ? AND from_position = ?',
        [...key, row['from_position'] ?? 0],
      )
    }
    await transaction.run('INSERT INTO coverage VALUES (?, ?, ?, ?, ?, ?, ?)', [
      ...key,
      fromTime,
      toTime,
      fromPosition,
      toPosition,
    ])
    isNews = true
  }
  return isNews
}
