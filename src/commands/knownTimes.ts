import type { CutLog } from '../engine/knownSince.ts'
import { note, type Shell } from '../terminal/shell.ts'

/** The exit code of a command that was asked about a time before which the log is not known. */
export const NOT_KNOWN = 3

/** Says on standard error from when each cut log knows, so that nobody takes the answer for the whole truth. */
export function noteUnknown(shell: Shell, cut: readonly CutLog[], at: number): void {
  if (cut.length === 0) return
  const since = Math.max(...cut.map(log => log.since))
  note(
    shell,
    `not known before ${timeText(since)}: compaction or retention has taken records, so groups, members and offsets of ` +
      `${timeText(at)} are missing above or differ from how they stood`,
  )
  for (const log of cut) note(shell, `partition ${log.partition} of __consumer_offsets: ${cutText(log)}`)
}

function cutText({ since, offset, cut: { from, to } }: CutLog): string {
  const known = `not known before ${timeText(since)}${offset === null ? '' : ` (offset ${offset})`}`
  if (from === 0) return `${known}; its log begins at offset ${to}`
  return `${known}; ${from === to - 1 ? `offset ${from} is` : `offsets ${from} to ${to - 1} are`} missing`
}

function timeText(time: number): string {
  return time === Number.POSITIVE_INFINITY ? 'now' : new Date(time).toISOString()
}
