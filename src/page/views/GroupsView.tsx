import { useEffect } from 'preact/hooks'
import type { AboutAnswer, GroupRow } from '../../web/api/answers.ts'
import { useLive } from '../live.ts'
import { change, hrefOf, timeIn } from '../location.ts'
import { Link } from '../parts/Link.tsx'
import { SeverityIcon } from '../parts/Severity.tsx'
import { Empty, Fault, NotKnown } from '../parts/States.tsx'
import { Ago, Time, useNow } from '../parts/Time.tsx'
import { VirtualRows } from '../parts/VirtualRows.tsx'
import { plural, typeText } from '../parts/words.ts'
import { useNarrow } from '../settings.ts'
import { compactText, countText, durationText } from '../time/duration.ts'
import { GroupFilters } from './GroupFilters.tsx'
import { type Column, columns } from './groupColumns.tsx'
import { useGroups } from './useGroups.ts'
import { endOf, isLive } from './useSpan.ts'

interface GroupsViewProps {
  readonly query: URLSearchParams
  readonly about: AboutAnswer | null
}

/** All groups: searched, sorted and filtered by what the URL says. */
export function GroupsView({ query, about }: GroupsViewProps) {
  const narrow = useNarrow()
  const at = timeIn(query, 'at')
  // What was recorded ends before now: groups are shown as they were at its end.
  const end = about === null || isLive(about) ? null : endOf(about)
  const found = useGroups(query, about === null ? undefined : (at ?? end))
  const now = useNow(at ?? end)
  useLive(() => at === null, found.reload, 1_000)
  useEffect(() => {
    document.title = 'Groups · koff'
  }, [])
  return (
    <div class="groups">
      <div class="page-head">
        <h1>Groups</h1>
        <span class="muted" role="status">
          {found.total === null ? '' : plural(found.total, 'group')}
          {at === null ? '' : <> as of {<Time at={at} />}</>}
        </span>
      </div>
      <GroupFilters query={query} />
      <NotKnown coverage={at === null ? undefined : found.coverage} />
      <section class="card rows" aria-label="All groups">
        <GroupTable found={found} now={now} narrow={narrow} query={query} />
      </section>
    </div>
  )
}

interface TableProps {
  readonly found: ReturnType<typeof useGroups>
  readonly now: number
  readonly narrow: boolean
  readonly query: URLSearchParams
}

function GroupTable({ found, now, narrow, query }: TableProps) {
  if (found.fault !== null && found.total === null) return <Fault fault={found.fault} retry={found.reload} />
  if (found.total === 0)
    return <NoGroups isFiltered={['q', 'kind', 'state', 'condition', 'topic'].some(name => query.has(name))} />
  return (
    <div class="rows" role="table" aria-label="Groups" aria-rowcount={(found.total ?? 0) + 1}>
      {narrow ? null : <Head query={query} />}
      <VirtualRows
        count={found.total ?? 12}
        height={narrow ? 78 : 42}
        needed={found.need}
        row={at => {
          const group = found.row(at)
          if (group === undefined) return <Bones key={at} />
          return narrow ? <NarrowRow group={group} now={now} /> : <WideRow group={group} now={now} />
        }}
      />
    </div>
  )
}

function Head({ query }: { readonly query: URLSearchParams }) {
  const sort = query.get('sort') ?? 'group'
  const order = query.get('order') === 'desc' ? 'desc' : 'asc'
  return (
    <div role="rowgroup">
      <div class="rows-head group-grid" role="row" aria-rowindex={1}>
        {columns.map(column => (
          <HeadCell key={column.sort} column={column} sort={sort} order={order} />
        ))}
      </div>
    </div>
  )
}

interface HeadCellProps {
  readonly column: Column
  readonly sort: string
  readonly order: 'asc' | 'desc'
}

function HeadCell({ column, sort, order }: HeadCellProps) {
  const isSorted = column.sort === sort
  const next = isSorted ? (order === 'asc' ? 'desc' : 'asc') : column.first
  const isDefault = column.sort === 'group' && next === 'asc'
  return (
    <span
      role="columnheader"
      class={column.isNumber ? 'number' : ''}
      aria-sort={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        onClick={() => change(isDefault ? { sort: null, order: null } : { sort: column.sort, order: next })}
      >
        {column.head}
        <span aria-hidden="true">{isSorted ? (order === 'asc' ? '↑' : '↓') : ''}</span>
      </button>
    </span>
  )
}

interface RowProps {
  readonly group: GroupRow
  readonly now: number
}

function WideRow({ group, now }: RowProps) {
  return (
    <div class="group-grid row-cells" role="presentation">
      {columns.map(({ sort, isNumber, cell }) => (
        <span key={sort} role="cell" class={isNumber ? 'number' : 'clip'}>
          {cell(group, now)}
        </span>
      ))}
    </div>
  )
}

function NarrowRow({ group, now }: RowProps) {
  const { kind, state, members, lag, lagMs, lastRebalance, conditions } = group
  const [worst] = conditions
  return (
    <div role="cell" class="group-narrow">
      <span class="clip">
        <Link class="cover" href={hrefOf('/group', { group: group.group })}>
          {group.group === '' ? '(empty id)' : group.group}
        </Link>
      </span>
      <span class="group-narrow-end">{worst === undefined ? null : <ConditionCount conditions={conditions} />}</span>
      <span class="clip muted">
        {kind} · {state} · {plural(members, 'member')}
      </span>
      <span class="muted group-narrow-end">
        {lag === null ? '' : `lag ${typeof lag === 'number' ? compactText(lag) : countText(lag)}`}
        {lagMs === null ? '' : ` · ${durationText(lagMs)}`}
      </span>
      <span class="clip muted">
        {lastRebalance === null ? (
          'no rebalance known'
        ) : (
          <>
            rebalanced <Ago at={lastRebalance} now={now} />
          </>
        )}
      </span>
    </div>
  )
}

function ConditionCount({ conditions }: { readonly conditions: GroupRow['conditions'] }) {
  const worst = conditions.find(({ severity }) => severity === 'error') ?? conditions[0]
  if (worst === undefined) return null
  return (
    <span class={`severity ${worst.severity}`}>
      <SeverityIcon severity={worst.severity} />
      {conditions.length === 1 ? typeText(worst.type) : `${conditions.length} open`}
    </span>
  )
}

function Bones() {
  return (
    <div class="group-grid row-cells" role="presentation">
      <span role="cell">
        <span class="bone bone-1" />
      </span>
    </div>
  )
}

function NoGroups({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) {
    return (
      <Empty title="No group yet">
        <p>koff shows a group as soon as its first record is in __consumer_offsets.</p>
      </Empty>
    )
  }
  return (
    <Empty title="No group fits">
      <p>Each group is left out by the search or by one of the filters.</p>
      <Link class="button" href="/">
        Show all groups
      </Link>
    </Empty>
  )
}
