import type { KoffError } from '../base/errors.ts'
import { retry } from '../base/retry.ts'
import { shownGroups } from './groupTable.ts'
import type { Output, PartitionOutput } from './output.ts'
import type { Ownership } from './ownership.ts'
import { type Restored, type RestoreOptions, restorePartition } from './restorePartition.ts'
import type { Turns } from './turns.ts'

export interface TakeOverOptions extends Omit<RestoreOptions, 'output' | 'committed'> {
  readonly output: Output
  readonly ownership: Ownership
  /** After a failed commit koff first checks that the partition is still its own. */
  readonly confirm: boolean
  /** Resolves when the previous use of the partition by this process is over. */
  readonly released: () => Promise<void> | undefined
  /** The position of the last commit of this process. */
  readonly committed: () => number | undefined
  readonly turns: Turns
  readonly retried: (error: KoffError) => void
}

export interface TakenOver {
  readonly output: PartitionOutput
  readonly restored: Restored
  /** As `shownGroups`. */
  readonly shown: readonly string[]
}

const pauses = { firstPauseMs: 100, maxPauseMs: 5_000 }

/** Takes a partition over, and retries until it works. Null where another instance owns it by then. */
export function takeOver(options: TakeOverOptions): Promise<TakenOver | null> {
  const { partition, output, ownership, confirm, released, retried, signal } = options
  const attempt = async () => {
    await released()
    await output.check?.()
    if (confirm) await ownership.confirmed(signal)
    signal.throwIfAborted()
    return ownership.partitions.has(partition) ? await restored(options) : null
  }
  return retry(attempt, { signal, timeoutMs: Number.POSITIVE_INFINITY, ...pauses, retried })
}

async function restored(options: TakeOverOptions): Promise<TakenOver> {
  const { output, partition, signal, turns, committed, fold } = options
  const owned = await output.own(partition, signal)
  try {
    using _turn = await turns.take()
    signal.throwIfAborted()
    const found = await restorePartition({ ...options, output: owned, committed: committed() })
    const shown = await shownGroups(owned, fold.stateOf(partition), signal)
    signal.throwIfAborted()
    return { output: owned, restored: found, shown }
  } catch (error) {
    await owned[Symbol.asyncDispose]()
    throw error
  }
}
