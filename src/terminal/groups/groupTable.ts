import type { GroupView } from '../../state/group/view.ts'
import { type LagInterval, lagTimeText, shortDuration } from '../clock.ts'
import { type Orders, type View } from '../output.ts'
import { type Column, table } from '../table.ts'
import { compactInteger, integer } from '../words.ts'
import { conditionsText, type ShownCondition, weightOf, worstSeverity } from './openCondition.ts'

/** A line of `koff groups`. */
export interface GroupRow {
  readonly group: string
  readonly kind: string
  readonly state: string
  readonly members: number
  /** Partitions that it has committed or holds. */
  readonly partitions: number
  /** Null: not known. */
  readonly lag: number | null
  /** Of its worst partition; null: not known. */
  readonly lagTime: LagInterval | null
  readonly lastRebalanceAt: number | null
  /** Null: not known, without a state of koff. */
  readonly conditions: readonly ShownCondition[] | null
}

/** `conditions`: by group; null where they are not known. */
export function groupRows(
  views: readonly GroupView[],
  conditions: ReadonlyMap<string, readonly ShownCondition[]> | null,
): GroupRow[] {
  return views.map(view => ({
    group: view.group,
    kind: view.groupType,
    state: view.state,
    members: view.members.length,
    partitions: partitionsOf(view),
    lag: lagOf(view),
    lagTime: lagTimeOf(view),
    lastRebalanceAt: view.lastRebalanceAt ?? null,
    conditions: conditions === null ? null : (conditions.get(view.group) ?? []),
  }))
}

/** Null where no log end of it is known. */
export function lagOf({ lag }: Pick<GroupView, 'lag'>): number | null {
  if (lag === undefined) return null
  return Object.values(lag).reduce(
    (all, of) => Object.values(of).reduce<number>((sum, one) => sum + Number(one), all),
    0,
  )
}

/** Of the partition that is furthest behind in time; null where that cannot be told. */
export function lagTimeOf({ lagMs }: Pick<GroupView, 'lagMs'>): LagInterval | null {
  const all = Object.values(lagMs ?? {}).flatMap(of => Object.values(of))
  const known = all.filter(one => one !== null)
  if (known.length === 0) return null
  const most = (values: readonly (number | null)[]) => (values.includes(null) ? null : Math.max(...values.map(Number)))
  const mins = known.flatMap(({ min }) => min ?? [])
  const isWhole = known.length === all.length
  return { min: mins.length === 0 ? null : Math.max(...mins), max: isWhole ? most(known.map(({ max }) => max)) : null }
}

function partitionsOf({ offsets, members, groupType }: GroupView): number {
  const places = new Set<string>()
  for (const [topic, of] of Object.entries(offsets))
    for (const partition of Object.keys(of)) places.add(`${topic}/${partition}`)
  // A streams member holds tasks.
  if (groupType === 'streams') return places.size
  for (const { assignment } of members) {
    for (const [topic, partitions] of Object.entries(assignment ?? {})) {
      for (const partition of partitions) places.add(`${topic}/${partition}`)
    }
  }
  return places.size
}

/** How much a group hurts: what is open, then how far it is behind. */
function hurt({ conditions }: GroupRow): number {
  return (conditions ?? []).reduce((all, { type }) => all + (weightOf(type) === 2 ? 1_000 : 1), 0)
}

function secondsOf({ lagTime }: GroupRow): number {
  return lagTime?.max ?? lagTime?.min ?? -1
}

function byName(a: GroupRow, b: GroupRow): number {
  return a.group < b.group ? -1 : a.group > b.group ? 1 : 0
}

export const groupOrders: Orders<GroupRow> = {
  hurt: (a, b) => hurt(b) - hurt(a) || secondsOf(b) - secondsOf(a) || (b.lag ?? -1) - (a.lag ?? -1) || byName(a, b),
  group: byName,
  lag: (a, b) => (b.lag ?? -1) - (a.lag ?? -1) || byName(a, b),
  'lag-time': (a, b) => secondsOf(b) - secondsOf(a) || (b.lag ?? -1) - (a.lag ?? -1) || byName(a, b),
  members: (a, b) => b.members - a.members || byName(a, b),
  partitions: (a, b) => b.partitions - a.partitions || byName(a, b),
  rebalance: (a, b) => (b.lastRebalanceAt ?? 0) - (a.lastRebalanceAt ?? 0) || byName(a, b),
  state: (a, b) => (a.state < b.state ? -1 : a.state > b.state ? 1 : byName(a, b)),
}

export function groupTable(rows: readonly GroupRow[], view: Pick<View, 'ink' | 'width'>, now: number): string {
  return table(rows, groupColumns(now), view)
}

function groupColumns(now: number): readonly Column<GroupRow>[] {
  const age = (time: number | null) => (time === null ? '-' : shortDuration(Math.max(0, now - time)))
  return [
    { head: 'GROUP', gives: 'name', text: ({ group }) => group },
    { head: 'KIND', text: ({ kind }) => kind },
    {
      head: 'STATE',
      text: ({ state }) => state,
      tight: { head: 'STATE', text: ({ state }) => state.replace('Rebalance', '') },
      style: ({ state }) => (state === 'Stable' ? null : 'yellow'),
    },
    { head: 'MEMBERS', align: 'right', tight: { head: 'MEM' }, text: ({ members }) => String(members) },
    { head: 'PARTITIONS', align: 'right', tight: { head: 'PART' }, text: ({ partitions }) => String(partitions) },
    {
      head: 'LAG',
      align: 'right',
      text: ({ lag }) => integer(lag),
      tight: { head: 'LAG', text: ({ lag }) => compactInteger(lag) },
    },
    {
      head: 'LAG-TIME',
      align: 'right',
      text: ({ lagTime }) => lagTimeText(lagTime),
      tight: { head: 'LAG-T', text: ({ lagTime }) => lagTimeText(lagTime, 'short') },
    },
    {
      head: 'LAST-REBALANCE',
      align: 'right',
      text: ({ lastRebalanceAt }) => (lastRebalanceAt === null ? '-' : `${age(lastRebalanceAt)} ago`),
      tight: { head: 'REBAL', text: ({ lastRebalanceAt }) => age(lastRebalanceAt) },
    },
    {
      head: 'CONDITIONS',
      gives: 'words',
      text: ({ conditions }) => (conditions === null ? '?' : conditionsText(conditions) || '-'),
      tight: {
        head: 'CONDITIONS',
        text: ({ conditions }) => (conditions === null ? '?' : conditionsText(conditions, 'short') || '-'),
      },
      style: ({ conditions }) =>
        conditions === null || conditions.length === 0
          ? null
          : worstSeverity(conditions) === 'error'
            ? ['bold', 'red']
            : 'yellow',
    },
  ]
}
