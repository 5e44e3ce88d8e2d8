import { compareText } from '../group/group.ts'
import type { Draft } from '../transition/draft.ts'
import type { ConditionSettings } from './settings.ts'
import type { About, Open, Teller } from './tell.ts'

/** What a storm is judged by; everything is forgotten once it is older than the time that counts. */
export interface Storm {
  /** Times of the rebalances that count, ascending. */
  readonly counted: readonly number[]
  /** Of the last rebalance, also where it is part of a burst; null: none yet. */
  readonly lastAt: number | null
  /** Who came (1) and who went (-1), in their order. */
  readonly moves: readonly Move[]
  readonly open: Open | null
}

type Move = readonly [time: number, direction: 1 | -1, memberId: string, clientId: string]

export const noStorm: Storm = { counted: [], lastAt: null, moves: [], open: null }

/** Of so many moves the newest: a storm of thousands of members must not make its group's state grow without end. */
const mostMoves = 200

/** What one transition adds: its completed rebalance, and the members that came and went. */
export function noteRebalance(storm: Storm, drafts: readonly Draft[], settings: ConditionSettings): Storm {
  const moves = drafts.flatMap(moveOf)
  const rebalance = drafts.find(draft => draft.type === 'rebalance')
  if (moves.length === 0 && rebalance === undefined) return storm
  const now = rebalance?.time ?? moves[0]?.[0] ?? 0
  const isYoung = (time: number) => time > now - settings.stormWithinMs
  const counted = storm.counted.filter(isYoung)
  const last = counted.at(-1)
  // Counted from the first of a burst: a storm without a pause is no burst without an end.
  if (rebalance !== undefined && (last === undefined || now - last >= settings.stormBurstMs)) counted.push(now)
  return {
    counted,
    lastAt: rebalance === undefined ? storm.lastAt : Math.max(now, storm.lastAt ?? now),
    moves: [...storm.moves.filter(([time]) => isYoung(time)), ...moves].slice(-mostMoves),
    open: storm.open,
  }
}

function moveOf(draft: Draft): Move[] {
  if (draft.type === 'member-joined') return [[draft.time, 1, draft.data.member.id, draft.data.member.clientId]]
  if (draft.type === 'member-left') return [[draft.time, -1, draft.data.member.id, draft.data.member.clientId]]
  return []
}

export interface StormContext {
  readonly settings: ConditionSettings
  readonly now: number
  readonly about: About
  readonly tell: Teller
  /** The group is gone. */
  readonly isGone: boolean
}

/** Opens with the rebalance that is one too many, closes when none came for so long. */
export function judgeStorm(storm: Storm, { settings, now, about, tell, isGone }: StormContext): Storm {
  const { counted, open, moves, lastAt } = storm
  if (open !== null) {
    const end = isGone ? now : stormEnd(storm, settings)
    if (end > now) return storm
    tell.close('rebalance-storm', open, about, end, {})
    return { ...storm, open: null, counted: [], moves: [] }
  }
  if (isGone || lastAt === null || lastAt <= now - settings.stormWithinMs) return storm
  const inTime = counted.filter(time => time > lastAt - settings.stormWithinMs)
  if (inTime.length < settings.stormRebalances) return storm
  return {
    ...storm,
    open: tell.open('rebalance-storm', about, lastAt, {
      count: inTime.length,
      joined: membersOf(moves, 1),
      left: membersOf(moves, -1),
    }),
  }
}

/** When an open storm is over, if nothing comes any more; Infinity where none is open. */
export function stormEnd({ open, lastAt }: Storm, settings: ConditionSettings): number {
  return open === null ? Number.POSITIVE_INFINITY : (lastAt ?? open.time) + settings.stormWithinMs
}

function membersOf(moves: readonly Move[], wanted: Move[1]) {
  const members = new Map<string, { readonly memberId: string; readonly clientId: string }>()
  for (const [, direction, memberId, clientId] of moves) {
    if (direction === wanted) members.set(memberId, { memberId, clientId })
  }
  return [...members.values()].sort((a, b) => compareText(a.memberId, b.memberId))
}
