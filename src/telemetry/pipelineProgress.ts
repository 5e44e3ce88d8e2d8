import type { Sample } from './telemetry.ts'

/** The state of a pipeline, for logs, metrics and status. */
export interface PipelineStatus {
  readonly name: string
  /** `waits`: see `reason`. */
  readonly state: 'runs' | 'waits'
  readonly reason: string | null
  /** Events that its sink took since the start of this instance. */
  readonly delivered: number
  /** Unread records of the clean topics, by `<topic>-<partition>`; null where the pipeline does not read these topics. */
  readonly lag: ReadonlyMap<string, number> | null
}

/** Receives the progress of a running pipeline. */
export interface PipelineProgress {
  /** The partitions (`<topic>-<partition>`) that it reads now. */
  reads(partitions: readonly string[]): void
  /** How many records of a partition it has not read. */
  left(partition: string, records: number): void
  /** How many more events its sink took. */
  delivered(events: number): void
  waits(reason: string): void
  runs(): void
}

export function trackPipeline(name: string): PipelineProgress & { status(): PipelineStatus } {
  const lags = new Map<string, number>()
  let reason: string | null = null
  let total = 0
  return {
    reads(partitions) {
      for (const partition of lags.keys()) if (!partitions.includes(partition)) lags.delete(partition)
    },
    left(partition, records) {
      lags.set(partition, records)
    },
    delivered(events) {
      total += events
      reason = null
    },
    waits(why) {
      reason = why
    },
    runs() {
      reason = null
    },
    status: () => ({ name, state: reason === null ? 'runs' : 'waits', reason, delivered: total, lag: new Map(lags) }),
  }
}

export function pipelineSamples({ name, state, lag }: PipelineStatus): readonly Sample[] {
  const labels = { pipeline: name }
  let records = 0
  for (const left of lag?.values() ?? []) records += left
  return [{ metric: 'koff_pipeline_lag_records', labels, value: records }, waitingSample(name, state === 'waits')]
}

export function waitingSample(pipeline: string, isWaiting: boolean): Sample {
  return { metric: 'koff_waiting_pipelines', labels: { pipeline }, value: isWaiting ? 1 : 0 }
}
