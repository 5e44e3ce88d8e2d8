import type { KoffEvent } from '../../events/envelope.ts'
import type { EventAnswer } from '../../web/api/answers.ts'
import { hrefOf } from '../location.ts'
import { CopyButton } from '../parts/copy.tsx'
import { Link } from '../parts/Link.tsx'
import { TypeOfEvent } from '../parts/Severity.tsx'
import { Fault, Loading } from '../parts/States.tsx'
import { Time } from '../parts/Time.tsx'
import { summaryOf } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { zoneText } from '../time/clock.ts'
import { countText } from '../time/duration.ts'
import { useAsk } from '../useAsk.ts'
import { eventCommand } from '../views/eventCommand.ts'
import { differences } from './differences.ts'

interface EventDetailProps {
  readonly id: string
  readonly hasGroupLink: boolean
}

/** An event as it was delivered, what was before and after, and its place in the log. */
export function EventDetail({ id, hasGroupLink }: EventDetailProps) {
  const { answer, fault, isLoading, reload } = useAsk('/api/event', { id })
  if (answer === null || isLoading)
    return fault === null ? <Loading what="the event" rows={5} /> : <Fault fault={fault} retry={reload} />
  if (fault !== null) return <Fault fault={fault} retry={reload} />
  return <Known answer={answer} hasGroupLink={hasGroupLink} />
}

function Known({ answer, hasGroupLink }: { readonly answer: EventAnswer; readonly hasGroupLink: boolean }) {
  const zone = useZone()
  const { event, log } = answer
  const summary = summaryOf(event)
  return (
    <section class="detail">
      <TypeOfEvent type={event.type} severity={event.severity} />
      <p class="muted">
        <Time at={event.time} digits={3} /> {zoneText(zone, event.time)}
      </p>
      {summary === '' ? null : <p class="name">{summary}</p>}
      <div class="detail-links">
        {event.type === 'rebalance' ? (
          <Link class="button small" href={hrefOf('/rebalance', { group: event.group, id: event.id })}>
            Before and after
          </Link>
        ) : null}
        {hasGroupLink && event.group !== '' ? (
          <Link
            class="button small"
            href={hrefOf('/group', { group: event.group, event: event.id, ...viewAround(event) })}
          >
            In the group's timeline
          </Link>
        ) : null}
        <CopyButton text={() => new URL(linkOf(event), location.href).href}>Copy link</CopyButton>
        <CopyButton text={() => JSON.stringify(event, null, 2)}>Copy JSON</CopyButton>
        <CopyButton text={() => eventCommand(event.id)}>Copy command</CopyButton>
      </div>
      <Changes answer={answer} />
      <h3>Place in the log</h3>
      <p class="mono name">
        {log.topic}-{log.partition}, offset {countText(log.offset)}
      </p>
      <h3>As it was delivered</h3>
      <pre class="json" tabIndex={0} aria-label="The event as JSON">
        {JSON.stringify(event, null, 2)}
      </pre>
    </section>
  )
}

/** A link that shows a colleague the same. */
function linkOf(event: KoffEvent): string {
  if (event.group === '') return hrefOf('/events', { event: event.id })
  return hrefOf('/group', {
    group: event.group,
    event: event.id,
    at: new Date(event.time).toISOString(),
    ...viewAround(event),
  })
}

function viewAround({ time }: KoffEvent) {
  const around = 5 * 60_000
  return { from: new Date(time - around).toISOString(), to: new Date(time + around).toISOString() }
}

/** What of the group is other after the event than before it. */
function Changes({ answer: { before, after } }: { readonly answer: EventAnswer }) {
  if (before === null && after === null) return null
  const rows = differences(before, after)
  return (
    <>
      <h3>Before and after</h3>
      {rows.length === 0 ? (
        <p class="muted">State, members and owners are the same.</p>
      ) : (
        <table class="table tight" aria-label="Before and after">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, 40).map(({ what, before: was, after: is }) => (
              <tr key={what}>
                <th scope="row" class="name">
                  {what}
                </th>
                <td class="name">{was}</td>
                <td class="name">{is}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > 40 ? <p class="muted">and {rows.length - 40} more</p> : null}
    </>
  )
}
