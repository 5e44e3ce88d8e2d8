import type { ComponentChildren } from 'preact'
import type { GroupRow } from '../../web/api/answers.ts'
import { hrefOf } from '../location.ts'
import { Link } from '../parts/Link.tsx'
import { SeverityIcon } from '../parts/Severity.tsx'
import { Ago } from '../parts/Time.tsx'
import { typeText } from '../parts/words.ts'
import { countText, durationText } from '../time/duration.ts'

export interface Column {
  readonly head: string
  /** What the API calls it. */
  readonly sort: string
  /** The order that one wants to see first. */
  readonly first: 'asc' | 'desc'
  readonly isNumber: boolean
  readonly cell: (group: GroupRow, now: number) => ComponentChildren
}

const none = <span class="muted">–</span>

export const columns: readonly Column[] = [
  {
    head: 'Group',
    sort: 'group',
    first: 'asc',
    isNumber: false,
    cell: ({ group }) => (
      <Link class="cover" href={hrefOf('/group', { group })}>
        {group === '' ? '(empty id)' : group}
      </Link>
    ),
  },
  { head: 'Kind', sort: 'kind', first: 'asc', isNumber: false, cell: ({ kind }) => <span class="muted">{kind}</span> },
  { head: 'State', sort: 'state', first: 'asc', isNumber: false, cell: ({ state }) => <StateBadge state={state} /> },
  { head: 'Members', sort: 'members', first: 'desc', isNumber: true, cell: ({ members }) => countText(members) },
  {
    head: 'Lag',
    sort: 'lag',
    first: 'desc',
    isNumber: true,
    cell: ({ lag }) => (lag === null ? none : countText(lag)),
  },
  {
    head: 'Lag in time',
    sort: 'lagMs',
    first: 'desc',
    isNumber: true,
    cell: ({ lagMs }) => (lagMs === null ? none : lagMs === 0 ? '0 s' : durationText(lagMs)),
  },
  {
    head: 'Last rebalance',
    sort: 'lastRebalance',
    first: 'desc',
    isNumber: true,
    cell: ({ lastRebalance }, now) => (lastRebalance === null ? none : <Ago at={lastRebalance} now={now} />),
  },
  {
    head: 'In the last hour',
    sort: 'rebalancesLastHour',
    first: 'desc',
    isNumber: true,
    cell: ({ rebalancesLastHour }) => (rebalancesLastHour === 0 ? none : countText(rebalancesLastHour)),
  },
  {
    head: 'Open conditions',
    sort: 'conditions',
    first: 'desc',
    isNumber: false,
    cell: ({ group, conditions }) => <Conditions group={group} conditions={conditions} />,
  },
]

function StateBadge({ state }: { readonly state: string }) {
  const look = state === 'Stable' ? 'good' : state === 'Empty' || state === 'Dead' ? '' : 'warn'
  return <span class={`badge ${look}`}>{state}</span>
}

function Conditions({ group, conditions }: Pick<GroupRow, 'group' | 'conditions'>) {
  const worst = conditions.find(({ severity }) => severity === 'error') ?? conditions[0]
  if (worst === undefined) return none
  return (
    <Link class={`badge ${worst.severity}`} href={hrefOf('/group', { group, event: worst.id })}>
      <SeverityIcon severity={worst.severity} />
      {typeText(worst.type)}
      {conditions.length === 1 ? '' : ` +${conditions.length - 1}`}
    </Link>
  )
}
