import { ranges } from '../base/ranges.ts'
import type { CutLog } from '../engine/knownSince.ts'
import { note, type Shell } from '../terminal/shell.ts'

/** The exit code of a command for a time before the log knows the state. */
export const NOT_KNOWN = 3

/**
 * Prints on standard error from when each incomplete log knows the state, so that the answer is not taken as complete.
 */
export function noteUnknown(shell: Shell, cut: readonly CutLog[], at: number): void {
  if (cut.length === 0) return
  const since = Math.max(...cut.map(log => log.since))
  note(
    shell,
    `not known before ${timeText(since)}: compaction or retention removed records, so groups, members and offsets of ` +
      `${timeText(at)} are missing above, or differ from their state then`,
  )
  for (const log of cut) note(shell, `partition ${log.partition} of __consumer_offsets: ${cutText(log)}`)
}

/** The same in one line, for lists of what happened. `since`: what was asked for, ms; null: one record. */
export function noteCut(shell: Shell, cut: readonly CutLog[], since: number | null): void {
  const known = Math.max(...cut.map(log => log.since))
  const which = `partition${cut.length === 1 ? '' : 's'} ${ranges(cut.map(log => log.partition))}`
  const asked =
    since === null || !Number.isFinite(since)
      ? ''
      : `; what happened between ${timeText(since)} and then may be missing`
  note(
    shell,
    `not known before ${timeText(known)}: compaction or retention has taken records from ${which} of __consumer_offsets${asked}`,
  )
}

function cutText({ since, offset, cut: { from, to } }: CutLog): string {
  const known = `not known before ${timeText(since)}${offset === null ? '' : ` (offset ${offset})`}`
  if (from === 0) return `${known}; its log begins at offset ${to}`
  return `${known}; ${from === to - 1 ? `offset ${from} is` : `offsets ${from} to ${to - 1} are`} missing`
}

function timeText(time: number): string {
  return time === Number.POSITIVE_INFINITY ? 'now' : new Date(time).toISOString()
}
