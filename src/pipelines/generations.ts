import type { Assignment } from '../kafka/kafkajs/assignor.ts'

/** Runs the work of a member in one generation of its group after another. */
export interface Generations {
  /** Ends the previous generation, and begins the next one when its work is over. */
  begin(assignment: Assignment): void
  /** Aborts the work of the present generation. */
  end(): void
  /** Resolves when no work is running. */
  over(): Promise<void>
}

/** A failure during the generation is reported to `failed`; later ones are ignored. */
export function oneAtATime(
  work: (assignment: Assignment, generation: AbortSignal) => Promise<void>,
  failed: (error: unknown) => void,
): Generations {
  let present = new AbortController()
  let last: Promise<void> = Promise.resolve()
  const end = () => present.abort(new Error('the generation of the group is over'))
  const run = async (assignment: Assignment, { signal }: AbortController) => {
    try {
      if (!signal.aborted) await work(assignment, signal)
    } catch (error) {
      if (!signal.aborted) failed(error)
    }
  }
  return {
    begin(assignment) {
      end()
      const generation = new AbortController()
      present = generation
      last = last.then(() => run(assignment, generation))
    },
    end,
    over: () => last,
  }
}
