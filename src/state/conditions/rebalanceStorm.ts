import { compareText } from '../group/group.ts'
import type { Draft } from '../transition/draft.ts'
import type { GroupCondition, GroupContext, Moment } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import { threshold, type Values } from './thresholds.ts'

const thresholds = {
  stormRebalances: threshold({
    unit: 'rebalances',
    min: 2,
    default: 5,
    text: 'how many rebalances within `stormWithinMs` are a storm.',
  }),
  stormWithinMs: threshold({
    unit: 'ms',
    min: 1,
    default: 600_000,
    text: 'the time in which rebalances are counted; it closes when none came for as long.',
  }),
  stormBurstMs: threshold({
    unit: 'ms',
    min: 0,
    default: 5_000,
    text: 'rebalances closer to each other than this count once.',
  }),
}
export type StormSettings = Values<typeof thresholds>

/** What a storm is judged by; everything is forgotten once it is older than the time that counts. */
export interface Storm {
  /** Times of the rebalances that count, ascending. */
  readonly counted: readonly number[]
  /** Of the last rebalance, also where it is part of a burst; null: none yet. */
  readonly lastAt: number | null
  /** Members that came and went, in their order. */
  readonly moves: readonly Move[]
  readonly open: Open | null
}

export interface Move {
  /** Its key in the stored state: one more than that of the move before. */
  readonly n: number
  readonly time: number
  /** 1: came, -1: went. */
  readonly direction: 1 | -1
  readonly memberId: string
  readonly clientId: string
}

type StoredMove = readonly [time: number, direction: 1 | -1, memberId: string, clientId: string]

const noStorm: Storm = { counted: [], lastAt: null, moves: [], open: null }

/** Completed rebalances that follow each other too fast. */
export const rebalanceStorm = {
  of: 'group',
  opens: 'rebalance-storm',
  shortName: 'storm',
  key: 'storm',
  thresholds,
  needs: 'records',
  initial: noStorm,
  note,
  judge,
  deadline: (storm, _group, settings) => stormEnd(storm, settings),
  end({ open }, { about, now, emit }) {
    if (open !== null) emit.close('rebalance-storm', open, about, now, {})
  },
  openIn: ({ open }) => (open === null ? [] : [{ open, topic: null, partition: null }]),
  encode: ({ moves: _moves, ...counts }) => counts,
  decode: stored => ({ ...noStorm, ...(stored as Omit<Storm, 'moves'>) }),
  elements: {
    kind: 'move',
    encode: ({ moves }) =>
      new Map(
        moves.map(({ n, time, direction, memberId, clientId }) => {
          return [n, JSON.stringify([time, direction, memberId, clientId] satisfies StoredMove)]
        }),
      ),
    decode: (storm, elements) => ({ ...storm, moves: storedMoves(elements) }),
  },
} as const satisfies GroupCondition<Storm, StormSettings>

export function storedMoves(elements: ReadonlyMap<string | number, unknown>): readonly Move[] {
  const moves = [...elements].map(([key, element]): Move => {
    const [time, direction, memberId, clientId] = element as StoredMove
    return { n: Number(key), time, direction, memberId, clientId }
  })
  return moves.sort((a, b) => a.n - b.n)
}

/** Of so many moves the newest: a storm of thousands of members must not make its group's state grow without end. */
const mostMoves = 200

/** Adds the completed rebalance of a transition, and the members that came and went. */
function note(storm: Storm, { drafts }: Moment, settings: StormSettings): Storm {
  let n = storm.moves.at(-1)?.n ?? -1
  const moves = drafts.flatMap(draft => moveOf(draft) ?? []).map((move): Move => ({ n: ++n, ...move }))
  const rebalance = drafts.find(draft => draft.type === 'rebalance')
  if (moves.length === 0 && rebalance === undefined) return storm
  const now = rebalance?.time ?? moves[0]?.time ?? 0
  const isYoung = (time: number) => time > now - settings.stormWithinMs
  const counted = storm.counted.filter(isYoung)
  const last = counted.at(-1)
  // Only the first rebalance of a burst counts; otherwise a storm without a pause would be one burst.
  if (rebalance !== undefined && (last === undefined || now - last >= settings.stormBurstMs)) counted.push(now)
  return {
    counted,
    lastAt: rebalance === undefined ? storm.lastAt : Math.max(now, storm.lastAt ?? now),
    moves: [...storm.moves.filter(({ time }) => isYoung(time)), ...moves].slice(-mostMoves),
    open: storm.open,
  }
}

function moveOf(draft: Draft): Omit<Move, 'n'> | null {
  if (draft.type !== 'member-joined' && draft.type !== 'member-left') return null
  const { id: memberId, clientId } = draft.data.member
  return { time: draft.time, direction: draft.type === 'member-joined' ? 1 : -1, memberId, clientId }
}

/** Opens with the rebalance that is one too many, closes when none came for as long as they are counted. */
function judge(storm: Storm, { settings, now, about, emit }: GroupContext<StormSettings>): Storm {
  const { counted, open, moves, lastAt } = storm
  if (open !== null) {
    const end = stormEnd(storm, settings)
    if (end > now) return storm
    emit.close('rebalance-storm', open, about, end, {})
    return { ...storm, open: null, counted: [], moves: [] }
  }
  if (lastAt === null || lastAt <= now - settings.stormWithinMs) return storm
  const inTime = counted.filter(time => time > lastAt - settings.stormWithinMs)
  if (inTime.length < settings.stormRebalances) return storm
  return {
    ...storm,
    open: emit.open('rebalance-storm', about, lastAt, {
      count: inTime.length,
      joined: membersOf(moves, 1),
      left: membersOf(moves, -1),
    }),
  }
}

/** When an open storm is over, if nothing comes any more; Infinity where none is open. */
function stormEnd({ open, lastAt }: Storm, settings: StormSettings): number {
  return open === null ? Number.POSITIVE_INFINITY : (lastAt ?? open.time) + settings.stormWithinMs
}

function membersOf(moves: readonly Move[], wanted: Move['direction']) {
  const members = new Map<string, { readonly memberId: string; readonly clientId: string }>()
  for (const { direction, memberId, clientId } of moves) {
    if (direction === wanted) members.set(memberId, { memberId, clientId })
  }
  return [...members.values()].sort((a, b) => compareText(a.memberId, b.memberId))
}
