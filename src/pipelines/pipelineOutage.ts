import type { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { createOutage } from '../base/outage.ts'
import type { PipelineProgress } from '../telemetry/pipelineProgress.ts'

export interface PipelineOutage {
  /** Called at each failure. */
  goesOn(error: KoffError): void
  /** Called at each success. */
  end(): void
}

export interface PipelineOutageOptions {
  /** Of the pipeline. */
  readonly name: string
  readonly log: Log
  readonly progress: PipelineProgress
}

/** One line when a pipeline stops and one when it continues; its progress shows it, too. */
export function pipelineOutage({ name, log, progress }: PipelineOutageOptions): PipelineOutage {
  let isRetriable = true
  const outage = createOutage({
    log,
    began(reason) {
      // Some reasons begin with the name of the pipeline.
      const whose = reason.startsWith(`pipeline ${name}: `) ? '' : `pipeline ${name}: `
      const how = isRetriable ? 'retrying until it works' : 'waiting until a person fixes it'
      return `${whose}${reason}; ${how}, other pipelines continue`
    },
    ended: seconds => `pipeline ${name}: continues after ${seconds} s`,
    fields: { pipeline: name },
  })
  return {
    goesOn({ message, retriable }) {
      progress.waits(message)
      isRetriable = retriable
      outage.begin(message)
    },
    end() {
      if (!outage.isOpen) return
      outage.end()
      progress.runs()
    },
  }
}
