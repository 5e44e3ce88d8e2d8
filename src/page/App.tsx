import { useEffect, useRef } from 'preact/hooks'
import type { AboutAnswer } from '../web/api/answers.ts'
import { type LiveState, useLiveState } from './live.ts'
import { usePlace } from './location.ts'
import { Link } from './parts/Link.tsx'
import { Empty } from './parts/States.tsx'
import { setZone, useZone } from './settings.ts'
import { timeText, zoneText } from './time/clock.ts'
import { type Asked, useAsk } from './useAsk.ts'
import { EventsView } from './views/EventsView.tsx'
import { GroupsView } from './views/GroupsView.tsx'
import { GroupView } from './views/GroupView.tsx'
import { NowView } from './views/NowView.tsx'
import { RebalanceView } from './views/RebalanceView.tsx'
import { endOf, isLive } from './views/useSpan.ts'

export function App() {
  const place = usePlace()
  const about = useAsk('/api/about', {})
  const main = useRef<HTMLElement>(null)
  const shown = useRef(place.path)
  useEffect(() => {
    if (shown.current === place.path) return
    shown.current = place.path
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [place.path])
  return (
    <div class="app">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Top path={place.path} about={about.answer} />
      <main id="main" class="main" tabIndex={-1} ref={main}>
        <View path={place.path} query={place.query} about={about} />
      </main>
    </div>
  )
}

const pages = [
  ['/', 'Groups'],
  ['/now', 'Now'],
  ['/events', 'Events'],
] as const

function Top({ path, about }: { readonly path: string; readonly about: AboutAnswer | null }) {
  const isIn = (href: string) => path === href || (href === '/' && (path === '/group' || path === '/rebalance'))
  return (
    <header class="top">
      <Link href="/" class="brand" label="koff, all groups">
        <Mark />
        <span>koff</span>
      </Link>
      <nav class="nav" aria-label="Pages">
        {pages.map(([href, name]) => (
          <Link key={href} href={href} isCurrent={isIn(href)}>
            {name}
          </Link>
        ))}
      </nav>
      <div class="top-end">
        <Source about={about} />
        <ZoneButton />
      </div>
    </header>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f4fd1" />
      <g fill="#fff">
        <rect x="6" y="8" width="12" height="4" rx="1.5" />
        <rect x="20" y="8" width="6" height="4" rx="1.5" opacity=".55" />
        <rect x="6" y="14" width="6" height="4" rx="1.5" opacity=".55" />
        <rect x="14" y="14" width="12" height="4" rx="1.5" />
        <rect x="6" y="20" width="15" height="4" rx="1.5" />
      </g>
    </svg>
  )
}

function Source({ about }: { readonly about: AboutAnswer | null }) {
  const zone = useZone()
  const state = useLiveState()
  const isRecorded = about !== null && !isLive(about) && state === 'live'
  const words = { live: isRecorded ? 'Recorded' : 'Live', connecting: 'Connecting', cut: 'Connection lost' } as const
  const title = isRecorded ? `What koff read ends at ${timeText(endOf(about), zone)}` : undefined
  return (
    <>
      {about === null || about.cluster === '' ? null : (
        <span class="clip wide-only" title={`Cluster ${about.cluster}`}>
          Cluster {about.cluster}
        </span>
      )}
      <span class={`live ${lookOf(state, isRecorded)}`} role="status" title={title}>
        {words[state]}
      </span>
    </>
  )
}

function lookOf(state: LiveState, isRecorded: boolean): string {
  if (state === 'cut') return 'cut'
  return state === 'live' && !isRecorded ? 'on' : ''
}

function ZoneButton() {
  const zone = useZone()
  const other = zone === 'utc' ? 'local' : 'utc'
  return (
    <button
      type="button"
      class="button small"
      onClick={() => setZone(other)}
      title={`Times are ${zoneText(zone, Date.now())}. Show them in ${zoneText(other, Date.now())}`}
    >
      {zone === 'utc' ? 'UTC' : 'Local time'}
    </button>
  )
}

interface ViewProps {
  readonly path: string
  readonly query: URLSearchParams
  readonly about: Asked<AboutAnswer>
}

function View({ path, query, about }: ViewProps) {
  switch (path) {
    case '/':
      return <GroupsView query={query} about={about.answer} />
    case '/group':
      return <GroupView key={query.get('group') ?? ''} query={query} about={about.answer} />
    case '/rebalance':
      return <RebalanceView query={query} />
    case '/events':
      return <EventsView query={query} />
    case '/now':
      return <NowView about={about} />
    default:
      return (
        <Empty title="No such page" level={1}>
          <p>
            There are <Link href="/">groups</Link>, what is open <Link href="/now">now</Link>, and{' '}
            <Link href="/events">events</Link>.
          </p>
        </Empty>
      )
  }
}
