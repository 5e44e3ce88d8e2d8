import { KoffError } from '../base/errors.ts'
import { type ToSinksOptions, toSinks } from '../pipeline/toSinks.ts'

/**
 * Reads, and passes the events to the sinks, until the source ends or the signal aborts. An abort during a write is a
 * normal end.
 */
export async function deliver(options: ToSinksOptions): Promise<void> {
  try {
    await toSinks(options)
  } catch (error) {
    if (!options.signal.aborted || error instanceof KoffError) throw error
  }
}
