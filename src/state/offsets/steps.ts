import type { GroupSlot } from '../group/groupSlot.ts'
import type { StateChanges } from '../stored/changes.ts'
import type { CommitChange } from '../transition/offsets.ts'
import { type OffsetTable, PRESENT, STEPPED, TRANSACTIONAL } from './table.ts'

/*
 * Jobs that commit without being members (Flink, Spark, MirrorMaker, `assign()`), in a group that had members before. A
 * partition that was committed forward twice within an hour without members is treated like a partition of a simple
 * group, until a member joins or no commit comes for an hour.
 */

const hourMs = 3_600_000

/** In place of the time of the first step: there were two, and the partition is treated like one of a simple group. */
export const JUDGED_SIMPLE = Number.POSITIVE_INFINITY

export function isJudgedSimple(table: OffsetTable, row: number): boolean {
  return ((table.flags[row] as number) & STEPPED) !== 0 && table.groupOf(row).steps?.get(row) === JUDGED_SIMPLE
}

/**
 * Before a commit whose record has that time: after an hour without a commit the partition is an ordinary one again.
 */
export function endSilentSteps(table: OffsetTable, row: number, recordTime: number): void {
  if (recordTime - (table.times[row] as number) > hourMs && isJudgedSimple(table, row)) endSteps(table, row)
}

/** After a transition, with its commits that were resets. */
export function countSteps(table: OffsetTable, resets: readonly CommitChange[]): void {
  for (const { row, before, after } of resets) {
    if (before === null || after === null) continue
    if (after < before) {
      endSteps(table, row)
      continue
    }
    const slot = table.groupOf(row)
    const time = table.times[row] as number
    const first = slot.steps?.get(row)
    setStep(table, row, first !== undefined && time - first <= hourMs ? JUDGED_SIMPLE : time)
  }
}

/** A member joined. */
export function endAllSteps(slot: GroupSlot, table: OffsetTable, changes: StateChanges | null): void {
  for (const row of slot.steps?.keys() ?? []) {
    table.unmark(row, STEPPED)
    changes?.noteRow(row)
  }
  slot.steps = null
}

/**
 * At the end of history, a commit after the last metadata record of a group without members counts as the first of two.
 */
export function countStepAfterHistory(table: OffsetTable, row: number): boolean {
  const { group, standing } = table.groupOf(row)
  const flags = table.flags[row] as number
  const isStep =
    standing === 'without-members' &&
    (flags & (PRESENT | TRANSACTIONAL)) === PRESENT &&
    (table.positions[row] as number) > (group?.metadataAt?.offset ?? -1)
  const step = table.groupOf(row).steps?.get(row)
  if (!isStep) {
    if (step === undefined) return false
    endSteps(table, row)
    return true
  }
  const time = table.times[row] as number
  if (step === time) return false
  setStep(table, row, time)
  return true
}

export function setStep(table: OffsetTable, row: number, step: number): void {
  const slot = table.groupOf(row)
  slot.steps ??= new Map()
  slot.steps.set(row, step)
  table.mark(row, STEPPED)
}

function endSteps(table: OffsetTable, row: number): void {
  table.groupOf(row).steps?.delete(row)
  table.unmark(row, STEPPED)
}
