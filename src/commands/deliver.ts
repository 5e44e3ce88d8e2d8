import { KoffError } from '../base/errors.ts'
import { type EngineOptions, runEngine } from '../engine/engine.ts'

/** Runs the engine until its source ends or its signal aborts, also in the middle of a write: that is an end, no failure. */
export async function deliver(options: EngineOptions): Promise<void> {
  try {
    await runEngine(options)
  } catch (error) {
    if (!options.signal.aborted || error instanceof KoffError) throw error
  }
}
