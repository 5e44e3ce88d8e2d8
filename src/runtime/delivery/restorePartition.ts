import { KoffError } from '../../errors.ts'
import { restoreEntry } from '../../state/restore.ts'
import type { Fold } from '../fold.ts'
import type { PartitionOutput } from './output.ts'

export interface RestoreOptions {
  readonly fold: Fold
  readonly partition: number
  readonly output: PartitionOutput
  readonly signal: AbortSignal
}

/**
 * Puts the stored state of a partition into the fold, whole or not at all.
 * @throws KoffError STATE_INVALID where what is stored is not a state of this cluster in a version that koff reads.
 */
export async function restorePartition({ fold, partition, output, signal }: RestoreOptions): Promise<void> {
  const state = fold.newState(partition)
  for await (const entries of output.restore(signal)) {
    try {
      for (const entry of entries) restoreEntry(state, entry)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new KoffError('STATE_INVALID', `the stored state of partition ${partition} cannot be used: ${why}`, {
        cause: error,
      })
    }
  }
  signal.throwIfAborted()
  state.changes?.clear()
  fold.adopt(partition, state)
}
