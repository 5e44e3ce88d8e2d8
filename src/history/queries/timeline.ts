import { OPEN } from '../sql/tables.ts'
import type { HistoryReader, Row } from '../store.ts'
import { cursorPlace, cursorText } from './cursor.ts'
import { mostRows } from './limits.ts'

export interface LanesQuestion {
  readonly cluster: string
  readonly group: string
  /** In ms. */
  readonly from: number
  readonly to: number
  /** Where a page before ended. */
  readonly cursor?: string | undefined
  /** Lanes and intervals of one page at most. */
  readonly limit?: number | undefined
  readonly intervals?: number | undefined
}

export interface Owner {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
}

export interface Lane {
  readonly topic: string
  readonly partition: number
  /** By beginning: from, to (null: it lasts), the owner's index. */
  readonly intervals: (readonly [from: number, to: number | null, owner: number])[]
}

/** Owners of many intervals, each once. */
export class OwnerList {
  readonly owners: Owner[] = []
  readonly #indexes = new Map<string, number>()

  indexOf(row: Row): number {
    const owner: Owner = {
      memberId: String(row['member']),
      instanceId: row['instance'] === null ? null : String(row['instance']),
      clientId: String(row['client']),
      host: String(row['host']),
    }
    const key = JSON.stringify(owner)
    const known = this.#indexes.get(key)
    if (known !== undefined) return known
    this.#indexes.set(key, this.owners.length)
    return this.owners.push(owner) - 1
  }
}

/** More intervals do not go into one page; a lane that has more by itself is cut. */
export const mostIntervals = 100_000

/**
 * Who owned each partition of a group within a time, packed: a lane for each partition, by topic and partition.
 * @throws KoffError USAGE where the cursor is not of this question.
 */
export async function ownerLanes(
  reader: HistoryReader,
  question: LanesQuestion,
  owners: OwnerList,
): Promise<{ readonly lanes: readonly Lane[]; readonly next: string | null }> {
  const { cluster, group, from, to, cursor, limit = mostRows, intervals = mostIntervals } = question
  const after = cursor === undefined ? null : cursorPlace(cursor, 'lanes', ['string', 'number'])
  const rows = await reader.all(
    `SELECT topic, "partition", member, instance, client, host, from_time, to_time FROM owner_spans
      WHERE cluster = ? AND "group" = ? AND to_time > ? AND from_time <= ?
        ${after === null ? '' : 'AND (topic, "partition") > (?, ?)'}
      ORDER BY topic, "partition", from_time LIMIT ?`,
    [cluster, group, from, to, ...(after === null ? [] : [String(after[0]), Number(after[1])]), intervals + 1],
  )
  const lanes: Lane[] = []
  for (const row of rows.slice(0, intervals)) {
    const [topic, partition] = [String(row['topic']), Number(row['partition'])]
    let lane = lanes.at(-1)
    if (lane?.topic !== topic || lane.partition !== partition) {
      lane = { topic, partition, intervals: [] }
      lanes.push(lane)
    }
    const end = Number(row['to_time'])
    lane.intervals.push([Number(row['from_time']), end === OPEN ? null : end, owners.indexOf(row)])
  }
  const isCut = rows.length > intervals
  // The last lane may go on: it comes whole with the next page, unless it is the only one.
  if (isCut && lanes.length > 1) lanes.pop()
  const page = lanes.slice(0, limit)
  const last = isCut || lanes.length > limit ? page.at(-1) : undefined
  return { lanes: page, next: last === undefined ? null : cursorText('lanes', [last.topic, last.partition]) }
}

export interface MemberLife {
  readonly owner: number
  readonly from: number
  /** Null: it is there still. */
  readonly to: number | null
}

/** Members that were there within a time, the newest `limit` of them, by their beginning. */
export async function memberLives(
  reader: HistoryReader,
  { cluster, group, from, to, limit = mostMarks }: LanesQuestion,
  owners: OwnerList,
): Promise<readonly MemberLife[]> {
  const rows = await reader.all(
    `SELECT member, instance, client, host, from_time, to_time FROM member_spans
      WHERE cluster = ? AND "group" = ? AND to_time > ? AND from_time <= ? ORDER BY from_time DESC, member DESC LIMIT ?`,
    [cluster, group, from, to, limit],
  )
  return rows.reverse().map(row => {
    const end = Number(row['to_time'])
    return { owner: owners.indexOf(row), from: Number(row['from_time']), to: end === OPEN ? null : end }
  })
}

/** Members, or marks, of one answer at most. */
export const mostMarks = 10_000
