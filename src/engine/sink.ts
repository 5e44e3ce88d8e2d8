import type { Opening } from '../base/opening.ts'
import type { KoffEvent } from '../events/envelope.ts'

/**
 * Where events go. A sink MUST resolve `write` only after the events are durable where it writes them, MUST keep the
 * order in which it was given them, and MUST NOT be asked for a second `write` before the first has settled.
 */
export interface Sink extends AsyncDisposable {
  /** For logs and metrics: `kafka`, `stdout`, … */
  readonly name: string
  /** Checks what can be checked before the first event (registry there, topic fit) and fails with what to do. What is not there it may try for a while. */
  open(signal: AbortSignal, opening?: Opening): Promise<void>
  write(events: readonly KoffEvent[], signal: AbortSignal): Promise<void>
}
