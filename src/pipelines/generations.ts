import type { Assignment } from '../kafka/kafkajs/assignor.ts'

/** The work of a member in one generation of its group after another. */
export interface Generations {
  /** Ends the generation before, and begins the next one as soon as its work is over. */
  begin(assignment: Assignment): void
  /** Aborts the work of the present generation. */
  end(): void
  /** Resolves when no work is under way. */
  over(): Promise<void>
}

/** Work that fails while its generation lasts is reported to `failed`; late failures mean nothing. */
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
