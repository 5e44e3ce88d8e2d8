import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { GroupState, PartitionsAnswer, RebalanceAnswer } from '../../web/api/answers.ts'
import { byPlace, memberLabels, ownedPartitions } from '../inspector/differences.ts'
import { hrefOf, isoText } from '../location.ts'
import { CopyButton } from '../parts/copy.tsx'
import { Link } from '../parts/Link.tsx'
import { Empty, Fault, Loading, NotKnown } from '../parts/States.tsx'
import { Time } from '../parts/Time.tsx'
import { plural, typeText } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { zoneText } from '../time/clock.ts'
import { durationText } from '../time/duration.ts'
import { useAsk } from '../useAsk.ts'
import { eventCommand } from './eventCommand.ts'

/** A rebalance: before and after side by side, who gained and lost what, who came and went, how long it took. */
export function RebalanceView({ query }: { readonly query: URLSearchParams }) {
  const [group, id] = [query.get('group') ?? '', query.get('id') ?? '']
  const found = useAsk('/api/event', { id })
  const time = found.answer?.event.time ?? null
  const about = useAsk('/api/rebalances', time === null ? null : { group, to: time, limit: 5 })
  useEffect(() => {
    document.title = `Rebalance of ${group} · koff`
  }, [group])
  const rebalance = about.answer?.rebalances.find(one => one.id === id) ?? null
  const beginMs = time === null || rebalance === null ? null : time - (rebalance.durationMs ?? 0) - 1
  // A rebalance that took a while has taken partitions away before it completed: before is what was before its start.
  const before = useAsk('/api/group', beginMs === null ? null : { group, at: beginMs })
  const fault = found.fault ?? about.fault
  return (
    <>
      <p class="crumbs">
        <Link href="/">Groups</Link> /{' '}
        <Link href={hrefOf('/group', { group })}>{group === '' ? '(empty id)' : group}</Link>
      </p>
      {fault !== null ? (
        <div class="card">
          <Fault
            fault={fault}
            retry={() => {
              found.reload()
              about.reload()
            }}
          />
        </div>
      ) : found.answer === null || about.answer === null ? (
        <div class="card">
          <Loading what="the rebalance" rows={8} />
        </div>
      ) : rebalance === null ? (
        <div class="card">
          <Empty title="No such rebalance">
            <p>The event {id} is no rebalance of this group that completed.</p>
          </Empty>
        </div>
      ) : (
        <Opened
          group={group}
          rebalance={rebalance}
          before={before.answer?.group ?? found.answer.before}
          after={found.answer.after}
        >
          <NotKnown coverage={about.answer.coverage} />
        </Opened>
      )}
    </>
  )
}

interface OpenedProps {
  readonly group: string
  readonly rebalance: RebalanceAnswer
  readonly before: GroupState | null
  readonly after: GroupState | null
  readonly children: ComponentChildren
}

function Opened({ group, rebalance, before, after, children }: OpenedProps) {
  const zone = useZone()
  const { id, time, durationMs, epochBefore, epochAfter, memberCount, moved } = rebalance
  const around = 120_000
  return (
    <>
      <div class="page-head">
        <h1>Rebalance</h1>
        <span class="muted">
          <Time at={time} digits={3} /> {zoneText(zone, time)}
        </span>
        <span class="page-head-end detail-links">
          <Link
            class="button small"
            href={hrefOf('/group', {
              group,
              event: id,
              at: isoText(time),
              from: isoText(time - around),
              to: isoText(time + around),
            })}
          >
            In the timeline
          </Link>
          <CopyButton text={() => location.href}>Copy link</CopyButton>
          <CopyButton text={() => eventCommand(id)}>Copy command</CopyButton>
        </span>
      </div>
      {children}
      <dl class="facts card">
        <Fact name="Took">{durationMs === null ? 'not known' : durationText(durationMs)}</Fact>
        <Fact name="Epoch">
          {epochBefore ?? 'not known'} → {epochAfter ?? 'not known'}
        </Fact>
        <Fact name="Partitions that moved">{moved ?? 'not known'}</Fact>
        <Fact name="Members after it">{memberCount}</Fact>
      </dl>
      <div class="two">
        <Changes rebalance={rebalance} labels={memberLabels(before, after)} />
        <Turnover rebalance={rebalance} labels={memberLabels(before, after)} />
      </div>
      <Sides before={before} after={after} />
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

interface ChangesProps {
  readonly rebalance: RebalanceAnswer
  readonly labels: ReadonlyMap<string, string>
}

function Changes({ rebalance: { changes }, labels }: ChangesProps) {
  return (
    <section class="card scroll-x">
      <div class="card-head">
        <h2>Who gained and lost what</h2>
      </div>
      {changes === null ? (
        <Empty title="Not known">
          <p>The first rebalance after koff began to read says only what it ended in.</p>
        </Empty>
      ) : changes.length === 0 ? (
        <Empty title="Nothing moved">
          <p>Each member holds what it held before.</p>
        </Empty>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Member</th>
              <th scope="col">Gained</th>
              <th scope="col">Lost</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ memberId, clientId, gained, lost }) => (
              <tr key={memberId}>
                <th scope="row" class="name" title={memberId}>
                  {labels.get(memberId) ?? (clientId === '' ? memberId : clientId)}
                </th>
                <td class="name">{listText(gained, '+')}</td>
                <td class="name">{listText(lost, '−')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function listText(lists: readonly PartitionsAnswer[], sign: string): string {
  if (lists.length === 0) return '–'
  return lists
    .map(({ topic, topicId, partitions }) => `${sign} ${topic ?? topicId ?? ''} ${partitions.join(', ')}`)
    .join('; ')
}

function Turnover({ rebalance: { joined, left }, labels }: ChangesProps) {
  const rows = [...joined.map(one => ({ ...one, came: true })), ...left.map(one => ({ ...one, came: false }))]
  rows.sort((a, b) => a.time - b.time)
  return (
    <section class="card scroll-x">
      <div class="card-head">
        <h2>Who came and went</h2>
        <span class="muted">since the rebalance before</span>
      </div>
      {rows.length === 0 ? (
        <Empty title="Nobody came or went">
          <p>The members are the same as after the rebalance before.</p>
        </Empty>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">What</th>
              <th scope="col">Member</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ memberId, clientId, host, how, time, came }) => (
              <tr key={`${memberId} ${how} ${came} ${time}`}>
                <td>
                  <Time at={time} short digits={3} />
                </td>
                <td>
                  {how === 'member-replaced' ? (came ? 'Came back' : 'Replaced') : typeText(how).replace('Member ', '')}
                </td>
                <th scope="row" class="name" title={memberId}>
                  {labels.get(memberId) ?? (clientId === null || clientId === '' ? memberId : clientId)}{' '}
                  <span class="muted">{(host ?? '').replace(/^\//, '')}</span>
                </th>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

interface SidesProps {
  readonly before: GroupState | null
  readonly after: GroupState | null
}

/** Owners of each partition side by side. */
function Sides({ before, after }: SidesProps) {
  const labels = memberLabels(before, after)
  const [old, now] = [ownedPartitions(before), ownedPartitions(after)]
  const places = [...new Map([...old, ...now])].sort(([, a], [, b]) => byPlace(a, b))
  const text = (owners: ReadonlyMap<string, { readonly owners: readonly { readonly id: string }[] }>, key: string) =>
    owners
      .get(key)
      ?.owners.map(({ id }) => labels.get(id) ?? id)
      .join(', ') ?? null
  const changed = places.filter(([key]) => text(old, key) !== text(now, key)).length
  return (
    <section class="card scroll-x">
      <div class="card-head">
        <h2>Before and after</h2>
        <span class="muted">
          {plural(places.length, 'partition')}, {changed} with another owner
        </span>
      </div>
      {places.length === 0 ? (
        <Empty title="No partition has an owner">
          <p>Neither before nor after it.</p>
        </Empty>
      ) : (
        <table class="table sides">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col">Before: {plural(before?.members.length ?? 0, 'member')}</th>
              <th scope="col">After: {plural(after?.members.length ?? 0, 'member')}</th>
            </tr>
          </thead>
          <tbody>
            {places.map(([key]) => {
              const [was, is] = [text(old, key), text(now, key)]
              return (
                <tr key={key} class={was === is ? '' : 'changed'}>
                  <th scope="row" class="name">
                    {key}
                  </th>
                  <td class="name">{was ?? <span class="muted">no owner</span>}</td>
                  <td class="name">
                    {was === is ? <span class="muted">same</span> : (is ?? <span class="muted">no owner</span>)}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}
