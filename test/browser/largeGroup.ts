import type { AboutAnswer, TimelineAnswer } from '../../src/web/api/answers.ts'

/** A random number from 0 to 1 that is the same in each run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface LargeGroupOptions {
  readonly lanes: number
  readonly intervals: number
  readonly owners: number
  readonly rebalances: number
  readonly from: number
  readonly to: number
}

/** A timeline as the API gives it, of a group with many partitions that moves them often. */
function largeTimeline(options: LargeGroupOptions): TimelineAnswer {
  const { lanes, intervals, owners, rebalances, from, to } = options
  const random = randomFrom(7)
  const perLane = Math.round(intervals / lanes)
  const step = (to - from) / perLane
  return {
    cluster: 'large',
    group: 'large',
    from,
    to,
    lanes: Array.from({ length: lanes }, (_, partition) => ({
      topic: 'orders',
      partition,
      intervals: Array.from({ length: perLane }, (_unused, at) => {
        const begin = from + at * step
        const hasGap = random() < 0.2
        return [
          Math.round(begin),
          Math.round(begin + step * (hasGap ? 0.6 + random() * 0.35 : 1)),
          Math.floor(random() * owners),
        ]
      }),
    })),
    owners: Array.from({ length: owners }, (_, at) => ({
      memberId: `worker-${at}-3f2a`,
      instanceId: null,
      clientId: `worker-${at}`,
      host: `/10.0.${at >> 8}.${at & 255}`,
    })),
    members: Array.from({ length: owners }, (_, owner) => ({ owner, from, to: null })),
    rebalances: Array.from({ length: rebalances }, (_, at) => {
      const time = Math.round(from + ((at + 0.5) * (to - from)) / rebalances)
      const durationMs = Math.round(random() * 4_000)
      return {
        id: `0-${at}-0`,
        time,
        durationMs,
        startedAt: time - durationMs,
        epochBefore: at,
        epochAfter: at + 1,
        moved: 10,
        joined: 0,
        left: 0,
      }
    }),
    conditions: [],
    flags: [],
    truncated: null,
    next: null,
    coverage: { complete: true, notKnown: [] },
  }
}

function largeAbout(now: number): AboutAnswer {
  return {
    version: '0.0.0',
    mode: 'page',
    clusters: ['large'],
    cluster: 'large',
    now: now + 10 * 86_400_000,
    readTo: [{ partition: 0, position: 1, time: now }],
    known: { from: 0, to: now },
    ready: true,
  }
}

/** What the API answers about that group, as JSON; null: the URL is none of the API. */
export function largeAnswers(shape: Omit<LargeGroupOptions, 'from' | 'to'>): (url: URL) => string | null {
  const to = Date.UTC(2026, 10, 24)
  const from = to - 7 * 86_400_000
  const coverage = { complete: true, notKnown: [] }
  const events = (time: number) => {
    const event = { id: '0-1-0', type: 'rebalance', group: 'large', time, severity: 'info', data: {} }
    return { cluster: 'large', events: [{ sequence: 1, event }], next: null, coverage }
  }
  const total = Array.from({ length: 600 }, (_, at) => {
    const wave = Math.abs(Math.sin(at / 20))
    return [from + (at * (to - from)) / 600, Math.round(wave * 1e6), Math.round(wave * 1e5)]
  })
  const answers = new Map<string, unknown>([
    ['/api/about', largeAbout(to)],
    ['/api/timeline', largeTimeline({ ...shape, from, to })],
    ['/api/progress', { cluster: 'large', group: 'large', from, to, series: [], total, coverage }],
    ['/api/group', { cluster: 'large', at: to, group: null, rebalances: [], conditions: [], coverage }],
    ['/api/events oldest', events(from)],
    ['/api/events newest', events(to)],
  ])
  const texts = new Map([...answers].map(([path, answer]) => [path, JSON.stringify(answer)]))
  return ({ pathname, searchParams }) => {
    if (!pathname.startsWith('/api/')) return null
    return texts.get(`${pathname} ${searchParams.get('order') ?? ''}`.trim()) ?? '{}'
  }
}
