import { useEffect } from 'preact/hooks'
import type { KoffEvent } from '../../events/envelope.ts'
import { EventDetail } from '../inspector/EventDetail.tsx'
import { change, hrefOf } from '../location.ts'
import { CopyButton } from '../parts/copy.tsx'
import { Link } from '../parts/Link.tsx'
import { TypeOfEvent } from '../parts/Severity.tsx'
import { Empty, Fault, Loading, NotKnown } from '../parts/States.tsx'
import { Time } from '../parts/Time.tsx'
import { plural, summaryOf } from '../parts/words.ts'
import { useZone } from '../settings.ts'
import { zoneText } from '../time/clock.ts'
import { EventFilters } from './EventFilters.tsx'
import { eventsCommand } from './eventCommand.ts'
import { type FoundEvents, useEvents } from './useEvents.ts'

/** The stream of events, live or back in time. */
export function EventsView({ query }: { readonly query: URLSearchParams }) {
  const found = useEvents(query)
  const opened = query.get('event')
  useEffect(() => {
    document.title = 'Events · koff'
  }, [])
  useEffect(() => {
    const close = (pressed: KeyboardEvent) => {
      if (pressed.key === 'Escape') change({ event: null })
    }
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [])
  return (
    <>
      <div class="page-head">
        <h1>Events</h1>
        <StreamState found={found} />
        <span class="page-head-end detail-links">
          <CopyButton text={() => (found.events ?? []).map(event => JSON.stringify(event)).join('\n')}>
            Copy JSON
          </CopyButton>
          <CopyButton text={() => eventsCommand(query)}>Copy command</CopyButton>
        </span>
      </div>
      <EventFilters query={query} />
      <NotKnown coverage={query.has('from') ? found.coverage : undefined} />
      <div class={opened === null ? '' : 'with-inspector'}>
        <section class="card" aria-label="Events" aria-busy={found.isLoading}>
          <EventList found={found} opened={opened} />
        </section>
        {opened === null ? null : (
          <aside class="inspector card" aria-label="Details">
            <div class="inspector-head">
              <h2>What happened</h2>
              <button
                type="button"
                class="button small plain"
                aria-label="Close details"
                onClick={() => change({ event: null })}
              >
                ✕
              </button>
            </div>
            <div class="inspector-body">
              <EventDetail id={opened} hasGroupLink />
            </div>
          </aside>
        )}
      </div>
    </>
  )
}

function StreamState({ found: { state, events } }: { readonly found: FoundEvents }) {
  const zone = useZone()
  const words = {
    live: 'newest first, live',
    connecting: 'newest first',
    cut: 'newest first; the connection is lost, koff is asked again',
    past: 'newest first, back in time',
  } as const
  const count = events === null ? '' : `${plural(events.length, 'event')}, `
  return (
    <span class="muted" role="status">
      {count}
      {words[state]} · times are {zoneText(zone, Date.now())}
    </span>
  )
}

function EventList({ found, opened }: { readonly found: FoundEvents; readonly opened: string | null }) {
  const { events, fault, hasMore, isLoading, more, reload } = found
  if (events === null)
    return fault === null ? <Loading what="events" rows={10} /> : <Fault fault={fault} retry={reload} />
  if (events.length === 0) {
    return (
      <Empty title="No event fits">
        <p>Nothing of this kind happened in the time in question. What happens from now on appears here by itself.</p>
        <Link class="button" href="/events">
          Show all events
        </Link>
      </Empty>
    )
  }
  return (
    <>
      <ul class="events">
        {events.map(event => (
          <EventRow key={`${event.cluster} ${event.id}`} event={event} isOpened={event.id === opened} />
        ))}
      </ul>
      {hasMore ? (
        <div class="more">
          <button type="button" class="button" disabled={isLoading} onClick={more}>
            Older events
          </button>
        </div>
      ) : null}
    </>
  )
}

function EventRow({ event, isOpened }: { readonly event: KoffEvent; readonly isOpened: boolean }) {
  const { id, type, severity, group, time } = event
  return (
    <li class={isOpened ? 'event opened' : 'event'}>
      <span class="event-time muted">
        <Time at={time} digits={3} />
      </span>
      <button
        type="button"
        class="event-open"
        aria-expanded={isOpened}
        onClick={() => change({ event: isOpened ? null : id }, 'push')}
      >
        <TypeOfEvent type={type} severity={severity} />
      </button>
      <span class="event-group clip">
        {group === '' ? (
          <span class="muted">koff</span>
        ) : (
          <Link href={hrefOf('/group', { group, event: id })}>{group}</Link>
        )}
      </span>
      <span class="event-text name">{summaryOf(event)}</span>
    </li>
  )
}
