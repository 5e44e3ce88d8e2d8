import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { KoffEvent } from '../events/envelope.ts'
import { MissedTombstones } from '../state/missedTombstones.ts'
import type { PartitionState } from '../state/partition.ts'
import type { SourceLog } from './sourceLog.ts'

export interface AwayOptions {
  readonly partition: number
  readonly state: PartitionState
  readonly sourceLog: SourceLog
  readonly log: Log
  readonly signal: AbortSignal
  /** The number of the first event. */
  readonly firstNumber: number
}

/**
 * Records that arrive while the log is read may have replaced earlier ones: koff then looks for the keys in those, too.
 */
const mostPasses = 5

/**
 * Reads a partition from its start, and ends the keys of the state that have no record in the log. Where a part of the
 * log cannot be read, nothing is ended, because the missing keys may be in that part.
 */
export async function endedWhileAway(options: AwayOptions): Promise<readonly KoffEvent[]> {
  const { partition, state, sourceLog, log, signal, firstNumber } = options
  const missed = new MissedTombstones(state)
  let from = 0
  for (let pass = 0; pass < mostPasses && missed.left > 0; pass++) {
    const { end } = await sourceLog.range(partition, signal)
    if (end <= from) break
    const unreadable = await see(missed, from, end, options)
    if (unreadable !== null) {
      log.warn(
        `partition ${partition} cannot be read completely (${unreadable}): groups that ended while koff was away stay unknown`,
        {
          partitions: [partition],
          reason: unreadable,
        },
      )
      return []
    }
    from = end
  }
  return missed.left === 0 ? [] : missed.end(firstNumber)
}

/** Why a part of the log could not be read; null where all of it was. */
async function see(
  missed: MissedTombstones,
  from: number,
  end: number,
  { partition, sourceLog, signal }: AwayOptions,
): Promise<string | null> {
  let position = from
  await using source = await sourceLog.read(partition, from, signal)
  for await (const chunk of source.chunks(signal)) {
    for (const input of chunk) {
      if (input.kind === 'batch') missed.see(input.batch)
      if (input.kind === 'position') position = Math.max(position, input.position)
      if (input.kind === 'fault' && input.fault.code !== 'RECORDS_LOST') return input.fault.reason
    }
    if (missed.left === 0) return null
  }
  signal.throwIfAborted()
  if (position >= end) return null
  const message = `partition ${partition}: read to offset ${position}, but its log ends at ${end}`
  throw new KoffError('BROKER_ERROR', message, { retriable: true })
}
