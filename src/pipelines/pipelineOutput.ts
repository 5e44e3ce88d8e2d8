import type { Output } from '../delivery/output.ts'
import type { PipelineTransform } from './applyPipeline.ts'

export interface PipelineOutputOptions {
  readonly transform: PipelineTransform
  readonly signal: AbortSignal
  /** Called when the output is open. */
  readonly opened: () => void
}

/** An output that receives the result of a pipeline for the events of each commit; the state is unchanged. */
export function pipelineOutput(output: Output, { transform, signal, opened }: PipelineOutputOptions): Output {
  return {
    name: output.name,
    async open(until, opening) {
      await output.open(until, opening)
      opened()
    },
    check: async () => output.check?.(),
    async own(partition, until) {
      const owned = await output.own(partition, until)
      return {
        table: owned.table,
        restore: stop => owned.restore(stop),
        commit: async commit => owned.commit({ ...commit, events: await transform(commit.events, signal) }),
        [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
      }
    },
    [Symbol.asyncDispose]: () => output[Symbol.asyncDispose](),
  }
}
