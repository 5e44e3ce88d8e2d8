import { useEffect, useRef } from 'preact/hooks'
import { change } from '../location.ts'
import { AsOf } from './AsOf.tsx'
import { EventDetail } from './EventDetail.tsx'

interface InspectorProps {
  readonly group: string
  /** Where the cursor stands. */
  readonly at: number | null
  /** Id of the event that is open. */
  readonly event: string | null
}

/** What was chosen in the picture: the event behind it, and the group as of that time. */
export function Inspector({ group, at, event }: InspectorProps) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    const close = (pressed: KeyboardEvent) => {
      if (pressed.key === 'Escape') change({ at: null, event: null })
    }
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [])
  return (
    <aside class="inspector card" ref={panel} aria-label="Details">
      <div class="inspector-head">
        <h2>{event === null ? 'At this time' : 'What happened'}</h2>
        <button
          type="button"
          class="button small plain"
          aria-label="Close details"
          onClick={() => change({ at: null, event: null })}
        >
          ✕
        </button>
      </div>
      <div class="inspector-body">
        {event === null ? null : <EventDetail id={event} hasGroupLink={false} />}
        {at === null ? null : <AsOf group={group} at={at} />}
      </div>
    </aside>
  )
}
