import type { KoffEvent } from '../../events/envelope.ts'
import type { GroupView } from '../../state/group/view.ts'
import { type GroupRow, groupOrders } from '../groups/groupTable.ts'
import type { ShownCondition } from '../groups/openCondition.ts'

/** What the live view knows of the cluster at one moment. */
export interface TopModel {
  readonly rows: readonly GroupRow[]
  readonly viewOf: (group: string) => GroupView | undefined
  readonly conditionsOf: (group: string) => readonly ShownCondition[]
  /** The newest ones of a group, in order of time. */
  readonly eventsOf: (group: string) => readonly KoffEvent[]
  /** Completed rebalances in the last minute. */
  readonly rebalances: number
  /** Since when koff judges conditions by itself, without a stored state, ms; null: by the state of koff run. */
  readonly judgedSince: number | null
  readonly now: number
}

/** What the user looks at. */
export interface TopState {
  readonly mode: 'groups' | 'group' | 'help'
  /** The group that is marked, or open; null: the first. */
  readonly group: string | null
  readonly filter: string
  /** True while the filter is typed. */
  readonly isTyping: boolean
  readonly sort: string
  readonly isOver: boolean
}

export const topStart: TopState = {
  mode: 'groups',
  group: null,
  filter: '',
  isTyping: false,
  sort: 'lag',
  isOver: false,
}

/** A key, by what it means. */
export interface Key {
  readonly input: string
  readonly up?: boolean
  readonly down?: boolean
  readonly pageUp?: boolean
  readonly pageDown?: boolean
  readonly enter?: boolean
  readonly escape?: boolean
  readonly erase?: boolean
}

/** The groups that are listed, in their order. */
export function shownRows({ rows }: Pick<TopModel, 'rows'>, { filter, sort }: TopState): readonly GroupRow[] {
  const wanted = filter.toLowerCase()
  return rows.filter(({ group }) => group.toLowerCase().includes(wanted)).toSorted(groupOrders[sort])
}

/** The place of the marked group in the list; 0 where it is not there. */
export function markedAt(rows: readonly GroupRow[], { group }: TopState): number {
  return Math.max(
    0,
    rows.findIndex(row => row.group === group),
  )
}

const sorts = ['lag', 'hurt', 'rebalance', 'group', 'members']
const page = 10

/** What a key does. */
export function pressed(state: TopState, key: Key, model: Pick<TopModel, 'rows'>): TopState {
  if (state.isTyping) return typed(state, key)
  if (state.mode === 'help') return { ...state, mode: 'groups' }
  if (key.input === 'q') return { ...state, isOver: true }
  if (key.input === '?') return { ...state, mode: 'help' }
  if (state.mode === 'group') {
    return key.escape === true || key.erase === true || key.input === 'h' ? { ...state, mode: 'groups' } : state
  }
  const rows = shownRows(model, state)
  const move = (by: number): TopState => {
    const at = Math.min(Math.max(0, markedAt(rows, state) + by), rows.length - 1)
    return { ...state, group: rows[at]?.group ?? null }
  }
  if (key.up === true || key.input === 'k') return move(-1)
  if (key.down === true || key.input === 'j') return move(1)
  if (key.pageUp === true) return move(-page)
  if (key.pageDown === true) return move(page)
  if (key.input === '/') return { ...state, isTyping: true }
  if (key.input === 's') return { ...state, sort: sorts[(sorts.indexOf(state.sort) + 1) % sorts.length] ?? 'lag' }
  if (key.escape === true) return { ...state, filter: '' }
  const marked = rows[markedAt(rows, state)]
  if (key.enter === true && marked !== undefined) return { ...state, mode: 'group', group: marked.group }
  return state
}

function typed(state: TopState, { input, enter, escape, erase }: Key): TopState {
  if (enter === true) return { ...state, isTyping: false }
  if (escape === true) return { ...state, isTyping: false, filter: '' }
  if (erase === true) return { ...state, filter: state.filter.slice(0, -1) }
  return /^[^\p{Cc}]+$/u.test(input) ? { ...state, filter: state.filter + input } : state
}
