import type { Output } from '../delivery/output.ts'
import type { PipelineTransform } from './applyPipeline.ts'

export interface PipelineOutputOptions {
  readonly transform: PipelineTransform
  readonly signal: AbortSignal
  /** Called when the output is open. */
  readonly opened: () => void
}

/** An output that gets of each commit what a pipeline makes of its events; the state goes with them as ever. */
export function pipelineOutput(output: Output, { transform, signal, opened }: PipelineOutputOptions): Output {
  return {
    name: output.name,
    async open(until, opening) {
      await output.open(until, opening)
      opened()
    },
    async own(partition, until) {
      const owned = await output.own(partition, until)
      return {
        restore: stop => owned.restore(stop),
        commit: async ({ events, changes }) => owned.commit({ events: await transform(events, signal), changes }),
        [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
      }
    },
    [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
  }
}
