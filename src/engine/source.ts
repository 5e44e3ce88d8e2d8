import type { Input } from '../state/input.ts'

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
