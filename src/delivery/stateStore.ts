import type { StateChange } from '../state/stored/entry.ts'

/** Stores the state of partitions for a sink that cannot store it together with the events. */
export interface StateStore extends AsyncDisposable {
  /** For logs and metrics: `local`, … */
  readonly name: string
  /** Fails with what to do where the store cannot be used, or is in use by another process. */
  open(signal: AbortSignal): Promise<void>
  /** The stored entries of a partition, in parts, each key once; empty before the first write. */
  read(partition: number, signal: AbortSignal): AsyncIterable<readonly StateChange[]>
  /** Resolves when all of it is stored. A write is atomic. */
  write(partition: number, changes: readonly StateChange[]): Promise<void>
}
