import type { EndContext, GroupCondition, GroupContext } from './condition.ts'
import type { Open } from './conditionEvents.ts'
import type { StallSettings } from './offsetStalled.ts'
import type { ShareLag } from './shareLag.ts'

/** A partition in which a share group is behind, and its start offset does not grow. */
export interface Behind {
  readonly topic: string
  readonly partition: number
  readonly startOffset: number
  /** The first sample that showed it so, ms. */
  readonly since: number
  /** The sample that first showed this start offset; null: it may have been there before koff looked. */
  readonly grewAt: number | null
  readonly open: Open | null
}

type State = readonly Behind[]

/** The start offset of a share group that stands still while there are records that are not acknowledged. */
export const shareStalled = {
  of: 'group',
  opens: 'offset-stalled',
  shortName: 'stalled',
  key: 'shareStalled',
  thresholds: {},
  needs: 'samples',
  initial: [] as State,
  judgeShares,
  end(state, context) {
    for (const behind of state) close(behind, context.now, context)
  },
  openIn: state => state.flatMap(({ open, topic, partition }) => (open === null ? [] : [{ open, topic, partition }])),
} as const satisfies GroupCondition<State, StallSettings>

function judgeShares(state: State, lags: readonly ShareLag[], context: GroupContext<StallSettings>): State {
  const { group, settings, emit, about } = context
  if (group === null) return state
  const known = new Map(state.map(behind => [placeOf(behind), behind]))
  const next: Behind[] = []
  for (const share of [...lags].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))) {
    const { topic, partition, startOffset, logEnd, lag, lagMs, time } = share
    const before = known.get(placeOf(share))
    known.delete(placeOf(share))
    const isSame = before !== undefined && before.startOffset === startOffset
    if (lag < settings.stallMinLag || !isSame) {
      if (before !== undefined) close(before, time, context)
      if (lag < settings.stallMinLag) continue
      // Without members nobody is expected to read.
      if (group.members.described === 0) continue
      const grewAt = before === undefined ? null : time
      next.push({ topic, partition, startOffset, since: time, grewAt, open: null })
      continue
    }
    const deadline = Math.min(before.since, time) + settings.stallAfterMs
    if (before.open !== null || deadline > time) {
      next.push(before.since > time ? { ...before, since: time } : before)
      continue
    }
    const at = { topic, partition, offset: startOffset, logEnd, lag, lagMs }
    const open = emit.open('offset-stalled', about, deadline, { ...at, reason: 'silent', member: null })
    next.push({ ...before, open })
  }
  // The group has given the partition up.
  for (const behind of known.values()) close(behind, context.now, context)
  return next.length === state.length && next.every((behind, at) => behind === state[at]) ? state : next
}

type Closing = Pick<GroupContext<StallSettings> | EndContext<StallSettings>, 'emit' | 'about'>

function close({ open, topic, partition, grewAt }: Behind, time: number, { emit, about }: Closing): void {
  if (open === null) return
  const durationMs = grewAt === null ? null : Math.max(0, time - grewAt)
  emit.close('offset-stalled', open, about, time, { topic, partition, durationMs })
}

function placeOf({ topic, partition }: Pick<Behind, 'topic' | 'partition'>): string {
  return `${topic} ${String(partition).padStart(10)}`
}
