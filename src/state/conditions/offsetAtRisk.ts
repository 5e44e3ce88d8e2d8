import type { OffsetCondition, RoundContext, RowContext, SampledRow, TouchedRow } from './condition.ts'
import { closeRow, openRow } from './rows.ts'
import { CONDITIONS } from './rowWatch.ts'
import { threshold, type Values } from './thresholds.ts'

const hourMs = 3_600_000

const thresholds = {
  riskWithinMs: threshold({
    unit: 'ms',
    min: 1,
    default: hourMs,
    text: 'within which time the log start would reach the committed offset, at the pace of the last hour.',
  }),
  riskRatio: threshold({
    unit: 'times',
    min: 0,
    max: 1,
    default: 0.1,
    text: 'in which part of the log, the oldest, a committed offset is at risk at any pace.',
  }),
}
type Settings = Values<typeof thresholds>

const key = 'atRisk'

/** A committed offset that retention is about to pass. */
export const offsetAtRisk = {
  of: 'offset',
  opens: 'offset-at-risk',
  shortName: 'risk',
  key,
  thresholds,
  needs: 'samples',
  noteKey: null,
  mayChange({ row, lag }, watch) {
    return lag > 0 || ((watch.active[row] as number) & CONDITIONS) !== 0
  },
  judge,
  settle(touched, context) {
    if (touched.isGone) close(touched.row, touched.time, context, touched)
  },
  end: close,
} as const satisfies OffsetCondition<Settings>

function judge(sampled: SampledRow<Settings>, context: RoundContext): void {
  const { row, slot, settings, offset, logStart, logEnd, lag, time } = sampled
  const { table, watch, logEnds, emit, isDropped } = context
  // Below the log start the records are gone: `offset-out-of-range` tells that.
  if (offset < logStart) return
  const open = watch.openOf(row, key)
  const steps = logEnds.startStepsOf(watch.ends[row] as number)
  const pace = steps.growthSince(time - hourMs)
  const distance = offset - logStart
  const isNear =
    distance <= pace * (settings.riskWithinMs / hourMs) || distance <= settings.riskRatio * (logEnd - logStart)
  const isAtRisk = lag > 0 && pace > 0 && isNear && !isDropped(row)
  if (open === null) {
    if (!isAtRisk || isRepartition(slot.name, table.topicOf(row).name)) return
    const expectedInMs = Math.round((distance / pace) * hourMs)
    openRow(row, key, context, (about, place) =>
      emit.open('offset-at-risk', about, time, { ...place, offset, logStart, logEnd, expectedInMs }),
    )
  } else if (!isAtRisk && (lag <= 0 || steps.since <= Math.max(open.time, time - hourMs))) close(row, time, context)
  // Else koff has sampled for less than an hour since a restart: what moved before that is not known.
}

/** Kafka Streams deletes from these what it has read, and keeps the log start close to the committed offset. */
function isRepartition(group: string, topic: string): boolean {
  return topic.startsWith(`${group}-`) && topic.endsWith('-repartition')
}

function close(row: number, time: number, context: RowContext, touched?: TouchedRow): void {
  closeRow(row, key, { ...context, touched }, (open, about, place) => {
    context.emit.close('offset-at-risk', open, about, time, place)
  })
}
