import { KoffError } from '../base/errors.ts'
import { type ToSinksOptions, toSinks } from '../pipeline/toSinks.ts'

/** Reads, and gives the events to the sinks, until its source ends or its signal aborts, also in the middle of a write: that is an end, no failure. */
export async function deliver(options: ToSinksOptions): Promise<void> {
  try {
    await toSinks(options)
  } catch (error) {
    if (!options.signal.aborted || error instanceof KoffError) throw error
  }
}
