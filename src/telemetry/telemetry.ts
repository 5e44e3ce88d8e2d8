interface Definition<K extends string, L extends string> {
  readonly kind: K
  readonly help: string
  readonly labels: readonly L[]
}

/** Grows where something happens. */
function counter<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'counter', L> {
  return { kind: 'counter', help, labels }
}

/** Grows, and is looked up when somebody asks: what happens a million times a second is not told one by one. */
function total<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'total', L> {
  return { kind: 'total', help, labels }
}

/** What is now; looked up when somebody asks. */
function gauge<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'gauge', L> {
  return { kind: 'gauge', help, labels }
}

/** How long things take, in seconds. */
function seconds<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'seconds', L> {
  return { kind: 'seconds', help, labels }
}

/**
 * Everything that koff tells in numbers: docs/metrics.md is made of it. Names are `koff_<noun>_<unit>_total` for what
 * grows and `koff_<noun>_<unit>` for what is. No label may hold what users make up by the thousand, such as groups.
 */
export const metrics = {
  koff_records_total: total('Records of `__consumer_offsets` read; markers of transactions are none.'),
  koff_offset_records_total: total('Of these, commits of offsets and their tombstones.'),
  koff_undecodable_records_total: total(
    'Records and batches that could not be read; where they are no history, each is told as `koff-undecodable`.',
  ),
  koff_fetch_lag_records: gauge(
    'Offsets between what is read of a partition of `__consumer_offsets` and its end, as the broker last said.',
    ['partition'],
  ),
  koff_owned_partitions: gauge('Partitions of `__consumer_offsets` that this instance owns.'),
  koff_catching_up_partitions: gauge('Of these, not yet read to where they ended when this instance took them over.'),
  koff_groups: gauge('Consumer groups in the partitions that this instance owns.'),
  koff_open_conditions: gauge(
    'Conditions over time that are open, by the event that opened them, of groups that are spoken of.',
    ['type'],
  ),
  koff_events_total: counter('Events delivered, by type.', ['pipeline', 'type']),
  koff_commits_total: counter('Commits of events and state that succeeded.', ['pipeline']),
  koff_commit_failures_total: counter('Commits that failed; their partitions are taken over anew.', ['pipeline']),
  koff_commit_duration_seconds: seconds('How long commits that succeeded took.', ['pipeline']),
  koff_write_duration_seconds: seconds('How long writes took of pipelines that read the clean topic.', ['pipeline']),
  koff_pipeline_lag_records: gauge(
    'Records of the clean topic that a pipeline has not read, in the partitions that this instance reads for it.',
    ['pipeline'],
  ),
  koff_waiting_pipelines: gauge('1 where a pipeline waits for its sink or for Kafka, else 0.', ['pipeline']),
  koff_log_lines_total: counter(
    'Lines of the log: `warn` where something stops working and is tried again, or is lost.',
    ['level'],
  ),
  koff_sink_retries_total: counter('Writes that failed and were tried again.', ['pipeline']),
} as const

export type Metrics = typeof metrics
export type MetricName = keyof Metrics
export type MetricKind = Metrics[MetricName]['kind']
export type MetricNameOf<K extends MetricKind> = {
  [N in MetricName]: Metrics[N]['kind'] extends K ? N : never
}[MetricName]
export type MetricLabels<N extends MetricName> = Readonly<Record<Metrics[N]['labels'][number], string>>

/** What a metric is at the moment. */
export type Sample = {
  [N in MetricNameOf<'total' | 'gauge'>]: {
    readonly metric: N
    readonly labels: MetricLabels<N>
    readonly value: number
  }
}[MetricNameOf<'total' | 'gauge'>]

/** Takes what is counted and measured. */
export interface Telemetry {
  count<N extends MetricNameOf<'counter'>>(metric: N, labels: MetricLabels<N>, by?: number): void
  /** `value` in seconds. */
  observe<N extends MetricNameOf<'seconds'>>(metric: N, labels: MetricLabels<N>, value: number): void
  /** `read` is asked whenever somebody looks. */
  sample(read: () => Iterable<Sample>): void
}

/** Where nobody looks. */
export const noTelemetry: Telemetry = {
  count: () => undefined,
  observe: () => undefined,
  sample: () => undefined,
}
