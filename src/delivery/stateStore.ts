import type { StateChange } from '../state/stored/entry.ts'

/** Keeps the state of partitions for a sink that cannot take it together with the events. */
export interface StateStore extends AsyncDisposable {
  /** For logs and metrics: `local`, … */
  readonly name: string
  /** Fails with what to do where the store cannot be used, or is in use by somebody else. */
  open(signal: AbortSignal): Promise<void>
  /** What is stored of a partition, in parts, each key once; nothing where nothing was ever written. */
  read(partition: number, signal: AbortSignal): AsyncIterable<readonly StateChange[]>
  /** Resolves when all of it is stored, together or not at all. */
  write(partition: number, changes: readonly StateChange[]): Promise<void>
}
