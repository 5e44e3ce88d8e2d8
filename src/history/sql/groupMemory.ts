import type { Block } from '../progress/block.ts'
import { unpackBlock } from '../progress/pack.ts'
import type { SqlValue } from '../store.ts'
import type { Transaction } from './database.ts'
import { OPEN } from './tables.ts'

/** An interval of `member_spans` or `owner_spans`. */
export interface Span {
  readonly fromTime: number
  toTime: number
  /** True where the row is in the table already. */
  isStored: boolean
}

export interface MemberMemory {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly span: Span
  /** By `partition topic`. */
  readonly held: Map<string, Span>
}

/** What the writer has to know of a group to take in what comes next. */
export interface GroupMemory {
  readonly members: Map<string, MemberMemory>
  /** Time of the last full state; null: the history has none. */
  base: number | null
  /** The last block of progress; null: there is none. */
  block: Block | null
  isBlockStored: boolean
}

export async function loadGroup(transaction: Transaction, cluster: string, group: string): Promise<GroupMemory> {
  const key = [cluster, group] as const
  const [state] = await transaction.all(
    'SELECT base FROM states WHERE cluster = ? AND "group" = ? ORDER BY time DESC, position DESC LIMIT 1',
    key,
  )
  const [block] = await transaction.all(
    'SELECT from_time, from_position, to_time, body FROM progress WHERE cluster = ? AND "group" = ? ORDER BY from_time DESC, from_position DESC LIMIT 1',
    key,
  )
  const members = new Map<string, MemberMemory>()
  const ofMembers = await transaction.all(
    `SELECT member, instance, client, host, from_time FROM member_spans WHERE cluster = ? AND "group" = ? AND to_time = ${OPEN}`,
    key,
  )
  for (const row of ofMembers) {
    const span: Span = { fromTime: Number(row['from_time']), toTime: OPEN, isStored: true }
    members.set(String(row['member']), { ...memberOf(row), span, held: new Map() })
  }
  const owned = await transaction.all(
    `SELECT topic, "partition", member, from_time FROM owner_spans WHERE cluster = ? AND "group" = ? AND to_time = ${OPEN}`,
    key,
  )
  for (const row of owned) {
    const span: Span = { fromTime: Number(row['from_time']), toTime: OPEN, isStored: true }
    members.get(String(row['member']))?.held.set(`${Number(row['partition'])} ${String(row['topic'])}`, span)
  }
  const base = state?.['base']
  return {
    members,
    base: base === undefined ? null : Number(base),
    block:
      block === undefined
        ? null
        : unpackBlock(block['body'] as Uint8Array, {
            fromTime: Number(block['from_time']),
            fromPosition: Number(block['from_position']),
            toTime: Number(block['to_time']),
          }),
    isBlockStored: block !== undefined,
  }
}

function memberOf(row: Readonly<Record<string, SqlValue>>) {
  const { member, instance, client, host } = row
  return {
    id: String(member),
    instanceId: instance === null ? null : String(instance),
    clientId: String(client),
    host: String(host),
  }
}
