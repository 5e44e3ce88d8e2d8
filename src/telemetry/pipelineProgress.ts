import type { Sample } from './telemetry.ts'

/** How a pipeline is doing, for logs, metrics and status. */
export interface PipelineStatus {
  readonly name: string
  /** `runs`, or waits for what `reason` says. */
  readonly state: 'runs' | 'waits'
  readonly reason: string | null
  /** Events that its sink has, since the start of this instance. */
  readonly delivered: number
  /** Records of the clean topics that it has not read yet, by `<topic>-<partition>`; null where it does not read that topic. */
  readonly lag: ReadonlyMap<string, number> | null
}

/** What a running pipeline tells of itself. */
export interface PipelineProgress {
  /** It reads these partitions (`<topic>-<partition>`) and no others. */
  reads(partitions: readonly string[]): void
  /** So many records of a partition it has not read. */
  left(partition: string, records: number): void
  /** Its sink has so many events more. */
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
