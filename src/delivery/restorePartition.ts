import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Fold } from '../engine/fold.ts'
import { stateVersion } from '../state/stored/entry.ts'
import { Restoring } from '../state/stored/restore.ts'
import type { PartitionOutput } from './output.ts'

export interface RestoreOptions {
  readonly fold: Fold
  readonly partition: number
  readonly output: PartitionOutput
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Puts the stored state of a partition into the fold, whole or not at all. What version 1 stored is read as well; the first
 * commit replaces it.
 * @throws KoffError STATE_INVALID where what is stored is of another cluster, of a newer version, or not a state.
 */
export async function restorePartition(options: RestoreOptions): Promise<void> {
  const { fold, partition, output, log, signal } = options
  const state = fold.newState(partition)
  const restoring = new Restoring(state)
  for await (const entries of output.restore(signal)) for (const entry of entries) restoring.put(entry)
  signal.throwIfAborted()
  const what = `the stored state of partition ${partition}`
  const { partition: stored } = restoring
  if (stored !== null && stored.cluster !== state.cluster) {
    throw invalid(
      `${what} is of cluster ${stored.cluster}, and this is cluster ${state.cluster}: give this deployment a name, or a state topic or folder, of its own`,
    )
  }
  if (stored !== null && stored.version > stateVersion) {
    throw invalid(
      `${what} is of version ${stored.version}, which a newer koff wrote; this one reads version ${stateVersion}: run the newer one`,
    )
  }
  try {
    restoring.finish()
  } catch (error) {
    throw invalid(`${what} cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (stored !== null && stored.version < stateVersion) {
    log.info(`${what} is of version ${stored.version}: the next commit stores it in version ${stateVersion}`, {
      partition,
    })
  }
  fold.adopt(partition, state)
}

function invalid(message: string): KoffError {
  return new KoffError('STATE_INVALID', message)
}
