import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Fold } from '../engine/fold.ts'
import type { PartitionState } from '../state/partition.ts'
import { partitionKey, type StateChange, type StoredPartition, stateVersion } from '../state/stored/entry.ts'
import { restoreEntry } from '../state/stored/restore.ts'
import type { PartitionOutput } from './output.ts'

export interface RestoreOptions {
  readonly fold: Fold
  readonly partition: number
  readonly output: PartitionOutput
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Puts the stored state of a partition into the fold, whole or not at all. What an older version of koff stored is not
 * read: the state is made anew from the log, as history up to where that version was.
 * @throws KoffError STATE_INVALID where what is stored is of another cluster, of a newer version, or no state.
 */
export async function restorePartition(options: RestoreOptions): Promise<void> {
  const { fold, partition, output, log, signal } = options
  const read = fold.newState(partition)
  const { stored, fault } = await readInto(read, output.restore(signal))
  signal.throwIfAborted()
  const what = `the stored state of partition ${partition}`
  if (stored !== null && stored.cluster !== read.cluster) {
    throw invalid(
      `${what} is of cluster ${stored.cluster}, and this is cluster ${read.cluster}: give this deployment a name, or a state topic or folder, of its own`,
    )
  }
  if (stored !== null && stored.version > stateVersion) {
    throw invalid(
      `${what} is of version ${stored.version}, which a newer koff wrote; this one reads version ${stateVersion}: run the newer one`,
    )
  }
  if (stored !== null && stored.version < stateVersion) {
    log.info(`${what} is of version ${stored.version}: reading the log again up to offset ${stored.position}`, {
      partition,
    })
    fold.adopt(partition, await madeAnew(options, stored))
    return
  }
  if (fault !== null) throw invalid(`${what} cannot be used: ${fault}`)
  read.changes?.clear()
  fold.adopt(partition, read)
}

/** What cannot be read counts only if it is the last under its key: other versions may have been at work before. */
async function readInto(state: PartitionState, parts: AsyncIterable<readonly StateChange[]>) {
  let stored: StoredPartition | null = null
  const faults = new Map<string, string>()
  for await (const entries of parts) {
    for (const entry of entries) {
      faults.delete(entry.key)
      try {
        if (entry.key === partitionKey)
          stored = entry.value === null ? null : (JSON.parse(entry.value) as StoredPartition)
        restoreEntry(state, entry)
      } catch (error) {
        if (entry.value !== null) faults.set(entry.key, error instanceof Error ? error.message : String(error))
      }
    }
  }
  const [fault = null] = faults.values()
  return { stored, fault }
}

/** A state without anything, which history is still to come for; with the first commit all that is stored goes. */
async function madeAnew({ fold, partition, output, signal }: RestoreOptions, stored: StoredPartition) {
  const state = fold.newState(partition)
  state.historyEnd = stored.inHistory ? stored.historyEnd : stored.position
  const old = new Set<string>()
  for await (const entries of output.restore(signal)) {
    for (const { key, value } of entries) {
      if (value === null) old.delete(key)
      else old.add(key)
    }
  }
  signal.throwIfAborted()
  old.delete(partitionKey)
  for (const key of old) state.changes?.goneKeys.add(key)
  return state
}

function invalid(message: string): KoffError {
  return new KoffError('STATE_INVALID', message)
}
