import { useEffect, useState } from 'preact/hooks'
import type { AboutAnswer, ConditionAnswer } from '../../web/api/answers.ts'
import { useLive } from '../live.ts'
import { hrefOf } from '../location.ts'
import { Link } from '../parts/Link.tsx'
import { TypeOfEvent } from '../parts/Severity.tsx'
import { Empty, Fault, Loading, NotKnown } from '../parts/States.tsx'
import { Ago, useNow } from '../parts/Time.tsx'
import { plural } from '../parts/words.ts'
import { durationText } from '../time/duration.ts'
import { type Asked, useAsk } from '../useAsk.ts'
import { Health } from './Health.tsx'
import { HeatMap } from './HeatMap.tsx'
import { endOf, isLive } from './useSpan.ts'

/** What is open now, how the fleet rebalanced over the day, and how koff itself is. */
export function NowView({ about }: { readonly about: Asked<AboutAnswer> }) {
  useEffect(() => {
    document.title = 'Now · koff'
  }, [])
  useEffect(() => {
    const timer = setInterval(about.reload, 5_000)
    return () => clearInterval(timer)
  }, [about.reload])
  const { answer, fault, reload } = about
  if (answer === null) {
    return (
      <div class="card">
        {fault === null ? <Loading what="koff's state" /> : <Fault fault={fault} retry={reload} />}
      </div>
    )
  }
  return (
    <div class="now">
      <h1>Now</h1>
      <OpenConditions about={answer} />
      <HeatMap about={answer} />
      <Health about={answer} isCut={fault !== null} />
    </div>
  )
}

const order = ['error', 'warn', 'info']

function OpenConditions({ about }: { readonly about: AboutAnswer }) {
  const found = useAsk('/api/conditions', { open: true })
  const now = useNow(isLive(about) ? null : endOf(about))
  useLive(({ severity, data }) => severity !== 'info' || 'opened' in data, found.reload, 800)
  const { answer, fault, reload } = found
  if (answer === null) {
    return (
      <div class="card">
        {fault === null ? <Loading what="open conditions" /> : <Fault fault={fault} retry={reload} />}
      </div>
    )
  }
  const sorted = [...answer.conditions].sort(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.from - b.from,
  )
  const errors = sorted.filter(({ severity }) => severity === 'error').length
  return (
    <section class="card scroll-x" aria-label="Open conditions">
      <div class="card-head">
        <h2>Open conditions</h2>
        <span class="muted">
          {sorted.length === 0 ? '' : `${plural(errors, 'error')}, ${plural(sorted.length - errors, 'warning')}`}
        </span>
      </div>
      <NotKnown coverage={answer.coverage} />
      {sorted.length === 0 ? (
        <Empty title="Nothing is open">
          <p>No group stalls, storms, lags beyond a threshold or misses an owner, as far as koff is told to watch.</p>
        </Empty>
      ) : (
        <table class="table conditions">
          <thead>
            <tr>
              <th scope="col">Condition</th>
              <th scope="col">Group</th>
              <th scope="col">Where</th>
              <th scope="col">Open for</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(condition => (
              <OpenRow key={condition.id} condition={condition} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function OpenRow({ condition, now }: { readonly condition: ConditionAnswer; readonly now: number }) {
  const { id, type, severity, group, topic, partition, from, advice = '' } = condition
  const [isOpen, setOpen] = useState(false)
  return (
    <tr>
      <td>
        <TypeOfEvent type={type} severity={severity} />
      </td>
      <td class="name">
        <Link href={hrefOf('/group', { group, event: id })}>{group === '' ? '(empty id)' : group}</Link>
      </td>
      <td class="name">
        {topic === null ? <span class="muted">the group</span> : `${topic}${partition === null ? '' : `-${partition}`}`}
      </td>
      <td class="nowrap" title={durationText(now - from)}>
        {durationText(Math.max(0, now - from))}
        <span class="hidden">
          , since <Ago at={from} now={now} />
        </span>
      </td>
      <td class="advice">
        {advice === '' ? null : isOpen ? (
          advice
        ) : (
          <button type="button" class="link" aria-expanded={false} onClick={() => setOpen(true)}>
            {advice.length > 64 ? `${advice.slice(0, 60)}…` : advice}
          </button>
        )}
      </td>
    </tr>
  )
}
