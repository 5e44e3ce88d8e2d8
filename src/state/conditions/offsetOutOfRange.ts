import type { OffsetCondition, RoundContext, SampledRow } from './condition.ts'
import { closeRow, openRow } from './rows.ts'
import { CONDITIONS, NOTED, type RowWatch } from './rowWatch.ts'

const key = 'outOfRange'
/** The committed offset that the last sample found above the log end. */
const noteKey = 'above'

/** A committed offset that is not in the log. */
export const offsetOutOfRange = {
  of: 'offset',
  opens: 'offset-out-of-range',
  shortName: 'range',
  key,
  thresholds: {},
  needs: 'samples',
  noteKey,
  mayChange({ row, offset, logStart, lag }, watch) {
    return lag < 0 || offset < logStart || ((watch.active[row] as number) & (CONDITIONS | NOTED)) !== 0
  },
  judge,
  settle(touched, context) {
    const { row, isGone, time } = touched
    if (!isGone) return
    context.watch.setNote(row, noteKey, null)
    if (context.watch.openOf(row, key) !== null) close(row, time, { ...context, touched })
  },
  end(row, now, context) {
    context.watch.setNote(row, noteKey, null)
    close(row, now, context)
  },
} as const satisfies OffsetCondition<unknown>

function judge({ row, offset, logStart, logEnd, time }: SampledRow<unknown>, context: RoundContext): void {
  const { watch, changed, emit } = context
  const range = rangeOf({ offset, logStart, logEnd, above: aboveOf(row, watch) })
  if (watch.setNote(row, noteKey, offset > logEnd ? offset : null)) changed(row)
  if (range === 'in') close(row, time, context)
  if (range !== 'out' || watch.openOf(row, key) !== null) return
  openRow(row, key, context, (about, place) => {
    return emit.open('offset-out-of-range', about, time, { ...place, offset, logStart, logEnd })
  })
}

function close(row: number, time: number, context: Parameters<typeof closeRow>[2]): void {
  if (context.watch.openOf(row, key) === null) return
  closeRow(row, key, context, (open, about, place) => {
    context.emit.close('offset-out-of-range', open, about, time, place)
  })
}

function aboveOf(row: number, watch: RowWatch): number | null {
  return watch.noteOf(row, noteKey) as number | null
}

interface RangeSample {
  readonly offset: number
  readonly logStart: number
  readonly logEnd: number
  /** The committed offset that the last sample found above the log end; null: it did not. */
  readonly above: number | null
}

/**
 * `in`, `out`, or `unsure`: a sample that is older than the commit can find it above the log end. If the next sample finds
 * the same offset there, it was committed before that sample was taken.
 */
function rangeOf({ offset, logStart, logEnd, above }: RangeSample): 'in' | 'out' | 'unsure' {
  if (offset < logStart) return 'out'
  if (offset <= logEnd) return 'in'
  return above === offset ? 'out' : 'unsure'
}
