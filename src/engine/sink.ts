import type { Opening } from '../base/opening.ts'
import type { KoffEvent } from '../events/envelope.ts'

/**
 * A destination of events. A sink MUST resolve `write` only after the events are durable where it writes them, and MUST
 * keep their order. Callers MUST NOT call `write` again before the last call has settled.
 */
export interface Sink extends AsyncDisposable {
  /** For logs and metrics: `kafka`, `stdout`, … */
  readonly name: string
  /**
   * Checks what can be checked before the first event (the registry answers, the topic fits), and fails with what to
   * do. It may retry for a while.
   */
  open(signal: AbortSignal, opening?: Opening): Promise<void>
  write(events: readonly KoffEvent[], signal: AbortSignal): Promise<void>
}
