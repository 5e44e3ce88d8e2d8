import { useEffect } from 'preact/hooks'
import type { AboutAnswer } from '../../web/api/answers.ts'
import { useLive } from '../live.ts'
import { hrefOf, timeIn } from '../location.ts'
import { Link } from '../parts/Link.tsx'
import { SeverityIcon } from '../parts/Severity.tsx'
import { Empty, Fault, Loading } from '../parts/States.tsx'
import { plural, typeText } from '../parts/words.ts'
import { useAsk } from '../useAsk.ts'
import { GroupPicture } from './GroupPicture.tsx'
import { endOf, isLive, useSpan } from './useSpan.ts'

interface GroupViewProps {
  readonly query: URLSearchParams
  readonly about: AboutAnswer | null
}

/** What happened to a group, over time. */
export function GroupView({ query, about }: GroupViewProps) {
  const group = query.get('group') ?? ''
  const { span, fault, reload } = useSpan(group, about)
  useEffect(() => {
    document.title = `${group} · koff`
  }, [group])
  const [from, to] = [timeIn(query, 'from'), timeIn(query, 'to')]
  return (
    <div class="group">
      <GroupHead group={group} about={about} />
      {fault !== null && span === null ? (
        <div class="card">
          <Fault fault={fault} retry={reload} />
        </div>
      ) : span === null ? (
        <div class="card">
          <Loading what="the timeline" rows={10} />
        </div>
      ) : (
        <GroupPicture
          group={group}
          span={span}
          query={query}
          given={from !== null && to !== null && from < to ? { from, to } : null}
        />
      )}
    </div>
  )
}

/** The group as it is now, or as it was last. */
function GroupHead({ group, about }: { readonly group: string; readonly about: AboutAnswer | null }) {
  const at = about === null || isLive(about) ? undefined : endOf(about)
  const { answer, fault, reload } = useAsk('/api/group', about === null ? null : { group, at })
  useLive(event => event.group === group, reload, 500)
  const state = answer?.group ?? null
  const title = group === '' ? '(empty id)' : group
  return (
    <>
      <p class="crumbs">
        <Link href="/">Groups</Link>
      </p>
      <div class="page-head">
        <h1 class="name">{title}</h1>
        {state === null ? null : (
          <span class="muted">
            {[
              `${state.groupType} group`,
              state.state,
              `epoch ${state.epoch}`,
              state.protocol ?? '',
              plural(state.members.length, 'member'),
            ]
              .filter(text => text !== '')
              .join(' · ')}
          </span>
        )}
        {answer !== null && state === null ? <span class="badge">Does not exist any more</span> : null}
        {(answer?.conditions ?? []).map(({ id, type, severity }) => (
          <Link key={id} class={`badge ${severity}`} href={hrefOf('/group', { group, event: id })}>
            <SeverityIcon severity={severity} />
            {typeText(type)}
          </Link>
        ))}
        <span class="page-head-end">
          <Link class="button small" href={hrefOf('/events', { group })}>
            Its events
          </Link>
        </span>
      </div>
      {fault?.status === 404 ? (
        <div class="card">
          <Empty title="Nothing is known of this group">
            <p>{fault.message}</p>
          </Empty>
        </div>
      ) : null}
    </>
  )
}
