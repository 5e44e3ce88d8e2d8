import type { EventData, EventType } from '../../events/definitions.ts'
import type { KoffEvent } from '../../events/envelope.ts'
import type { HistoryReader } from '../store.ts'
import { cursorPlace, cursorText } from './cursor.ts'
import { eventsPage } from './events.ts'
import { mostRows } from './limits.ts'

export interface RebalancesQuestion {
  readonly cluster: string
  readonly group: string
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly limit?: number | undefined
}

/** A rebalance that completed, and what led to it. */
export interface Rebalance {
  readonly id: string
  readonly time: number
  readonly durationMs: number | null
  readonly epochBefore: number | null
  readonly epochAfter: number | null
  readonly memberCount: number
  readonly moved: number | null
  /** What each member gained and lost; null where it is not known. */
  readonly changes: EventData<'rebalance'>['changes']
  /** Who came and went since the rebalance before. */
  readonly joined: readonly MovedMember[]
  readonly left: readonly MovedMember[]
}

export interface MovedMember {
  readonly memberId: string
  readonly clientId: string | null
  readonly host: string | null
  readonly how: EventType
  readonly time: number
}

const types = ['rebalance', 'member-joined', 'member-left', 'member-suspended', 'member-replaced'] as const

/** Rebalances of a group, the newest first. */
export async function rebalancesOf(reader: HistoryReader, question: RebalancesQuestion): Promise<readonly Rebalance[]> {
  const { cluster, group, from, to, limit = mostRows } = question
  const found: Rebalance[] = []
  let waiting: Draft | null = null
  let cursor: string | undefined
  do {
    const page = await eventsPage(reader, { cluster, group, types, from, to, order: 'newest', cursor })
    for (const { event } of page.events) {
      if (event.type === 'rebalance') {
        if (event.part !== event.parts && waiting !== null && isPartOf(event, waiting)) addPart(event, waiting)
        else {
          if (waiting !== null) found.push(finished(waiting))
          if (found.length >= limit) return found
          waiting = { event, changes: [...(event.data.changes ?? [])], joined: [], left: [] }
        }
      } else if (waiting !== null) addMember(event, waiting)
    }
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  if (waiting !== null && found.length < limit) found.push(finished(waiting))
  return found
}

export interface RebalancesPage {
  readonly rebalances: readonly Rebalance[]
  /** Where the next page begins; null: this is the last. */
  readonly next: string | null
}

/** More rebalances of one group do not complete in one millisecond. */
const mostAtOnce = 100

/**
 * Rebalances of a group, the newest first, page by page.
 * @throws KoffError USAGE where the cursor is not of this question.
 */
export async function rebalancesPage(
  reader: HistoryReader,
  { cursor, limit = mostRows, ...question }: RebalancesQuestion & { readonly cursor?: string | undefined },
): Promise<RebalancesPage> {
  const [time, id] =
    cursor === undefined ? [question.to, null] : cursorPlace(cursor, 'rebalances', ['number', 'string'])
  const to = time === undefined ? undefined : Number(time)
  const found = await rebalancesOf(reader, { ...question, to, limit: limit + mostAtOnce })
  const first = id === null ? 0 : found.findIndex(one => one.id === id) + 1
  const page = found.slice(first, first + limit)
  const last = found.length > first + limit ? page.at(-1) : undefined
  return { rebalances: page, next: last === undefined ? null : cursorText('rebalances', [last.time, last.id]) }
}

interface Draft {
  event: KoffEvent<'rebalance'>
  readonly changes: NonNullable<Rebalance['changes']>[number][]
  readonly joined: MovedMember[]
  readonly left: MovedMember[]
}

function isPartOf({ source, parts }: KoffEvent<'rebalance'>, { event }: Draft): boolean {
  return parts === event.parts && source.partition === event.source.partition && source.offset === event.source.offset
}

/** Parts come last first, since the newest events do. */
function addPart(event: KoffEvent<'rebalance'>, draft: Draft): void {
  draft.changes.unshift(...(event.data.changes ?? []))
  draft.event = event
}

function addMember(event: KoffEvent, { joined, left }: Draft): void {
  const { time, type: how } = event
  if (event.type === 'member-replaced') {
    joined.unshift({ memberId: event.data.to, clientId: null, host: null, how, time })
    left.unshift({ memberId: event.data.from, clientId: null, host: null, how, time })
  } else if (event.type === 'member-joined' || event.type === 'member-left' || event.type === 'member-suspended') {
    const { id: memberId, clientId, host } = event.data.member
    const moved = { memberId, clientId, host, how, time }
    if (event.type === 'member-joined') joined.unshift(moved)
    else left.unshift(moved)
  }
}

function finished({ event, changes, joined, left }: Draft): Rebalance {
  const { id, time, data } = event
  const { durationMs, epochBefore, epochAfter, memberCount, moved } = data
  return {
    id,
    time,
    durationMs,
    epochBefore,
    epochAfter,
    memberCount,
    moved,
    changes: data.changes === null ? null : changes,
    joined,
    left,
  }
}
