import type { OutageKind } from '../base/outage.ts'
import type { Input } from '../state/input.ts'

/** Is told of partitions that cannot be read for a while; what a source is not given, it logs. */
export interface Troubles {
  begin(partitions: readonly number[], reason: string, kind?: OutageKind): void
  /** Partitions that were read: the end of trouble for those that had any. */
  end(partitions: readonly number[]): void
}

/**
 * Where inputs come from. A source is pulled: it reads on only when the last chunk was taken, so a slow sink slows
 * the reading down and memory stays bounded. It ends by itself (file, recording) or when `signal` aborts (live).
 */
export interface Source extends AsyncDisposable {
  /** Kafka's cluster id; '' where nobody told (files). */
  readonly cluster: string
  /** Chunks of inputs, in log order per partition. Buffers in a chunk are valid until the next one is asked for. */
  chunks(signal: AbortSignal): AsyncIterable<readonly Input[]>
}
