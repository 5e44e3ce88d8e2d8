import type { Input } from '../state/input.ts'

/**
 * A source of inputs. A source is pulled: it reads on only when the last chunk was taken, so that a slow sink slows the
 * reading down and memory stays bounded. It ends by itself (file, recording) or when `signal` aborts (live).
 */
export interface Source extends AsyncDisposable {
  /** Kafka's cluster id; '' where unknown (files). */
  readonly cluster: string
  /**
   * Chunks of inputs, in log order for each partition. Buffers in a chunk are valid until the next one is requested.
   */
  chunks(signal: AbortSignal): AsyncIterable<readonly Input[]>
}
