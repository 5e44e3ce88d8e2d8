import { useState } from 'preact/hooks'
import type { AboutAnswer } from '../../web/api/answers.ts'
import { useLive } from '../live.ts'
import { hrefOf, isoText } from '../location.ts'
import { Link } from '../parts/Link.tsx'
import { Empty, Fault, Loading } from '../parts/States.tsx'
import { plural } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { clockText, timeText, zoneText } from '../time/clock.ts'
import { useAsk } from '../useAsk.ts'
import { endOf, isLive } from './useSpan.ts'

const hour = 3_600_000
const hours = 24
const fewGroups = 15

/** Rebalances of each group in each hour of the last day. */
export function HeatMap({ about }: { readonly about: AboutAnswer }) {
  const zone = useZone()
  const [limit, setLimit] = useState(fewGroups)
  const end = Math.ceil((isLive(about) ? about.now : endOf(about)) / hour) * hour
  const found = useAsk('/api/rebalances/heatmap', { from: end - hours * hour, to: end, bucket: hour, limit: 200 })
  useLive(({ type }) => type === 'rebalance', found.reload, 2_000)
  const { answer, fault, reload } = found
  const groups = answer?.groups ?? []
  const most = Math.max(1, ...groups.flatMap(({ counts }) => counts))
  const starts = Array.from({ length: hours }, (_, at) => end - (hours - at) * hour)
  return (
    <section class="card" aria-label="Rebalances by group and hour">
      <div class="card-head">
        <h2>Rebalances by hour</h2>
        <span class="muted">
          {timeText(end - hours * hour, zone).slice(0, 16)} to {timeText(end, zone).slice(0, 16)}, {zoneText(zone, end)}
        </span>
      </div>
      {answer === null ? (
        fault === null ? (
          <Loading what="rebalances" />
        ) : (
          <Fault fault={fault} retry={reload} />
        )
      ) : groups.length === 0 ? (
        <Empty title="No rebalance in this time">
          <p>Each group kept its members and its assignment.</p>
        </Empty>
      ) : (
        <>
          <div class="scroll-x heat-scroll" tabIndex={0} role="group" aria-label="Table of rebalances">
            <table class="heat">
              <thead>
                <tr>
                  <th scope="col">Group</th>
                  {starts.map(start => (
                    <th key={start} scope="col" aria-label={`From ${clockText(start, zone).slice(0, 5)}`}>
                      {clockText(start, zone).slice(0, 2)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {groups.slice(0, limit).map(({ group, counts }) => (
                  <tr key={group}>
                    <th scope="row">
                      <Link href={hrefOf('/group', { group })} class="clip">
                        {group === '' ? '(empty id)' : group}
                      </Link>
                    </th>
                    {starts.map((start, at) => (
                      <HeatCell key={start} group={group} start={start} count={counts[at] ?? 0} most={most} />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {groups.length > limit ? (
            <div class="more">
              <button type="button" class="button small" onClick={() => setLimit(groups.length)}>
                Show {plural(groups.length - limit, 'group')} more
              </button>
            </div>
          ) : null}
        </>
      )}
    </section>
  )
}

interface HeatCellProps {
  readonly group: string
  readonly start: number
  readonly count: number
  readonly most: number
}

function HeatCell({ group, start, count, most }: HeatCellProps) {
  const zone = useZone()
  if (count === 0) return <td class="cold" aria-label="none" />
  const heat = Math.min(4, 1 + Math.floor((Math.log1p(count) / Math.log1p(most)) * 3.99))
  return (
    <td class={`heat-${heat}`}>
      <Link
        href={hrefOf('/group', { group, from: isoText(start), to: isoText(start + hour) })}
        label={`${plural(count, 'rebalance')} from ${clockText(start, zone).slice(0, 5)}`}
      >
        {count > 99 ? '99+' : count}
      </Link>
    </td>
  )
}
