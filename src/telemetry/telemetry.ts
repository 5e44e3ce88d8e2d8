import { eventTypes } from '../events/definitions.ts'
import type { GroupReport } from './groupMetrics.ts'

interface Definition<K extends string, L extends string> {
  readonly kind: K
  readonly help: string
  readonly labels: readonly L[]
}

/** Counted where something happens. */
function counter<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'counter', L> {
  return { kind: 'counter', help, labels }
}

/** A counter that is looked up at each scrape, for what happens too often to be counted one by one. */
function total<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'total', L> {
  return { kind: 'total', help, labels }
}

/** A present value, looked up at each scrape. */
function gauge<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'gauge', L> {
  return { kind: 'gauge', help, labels }
}

/** Durations in seconds. */
function seconds<const L extends string = never>(help: string, labels: readonly L[] = []): Definition<'seconds', L> {
  return { kind: 'seconds', help, labels }
}

/**
 * Every metric of koff; docs/metrics.md is made from this. Counters are named `koff_<noun>_<unit>_total`, gauges
 * `koff_<noun>_<unit>`. No label holds what users create by the thousand, such as groups.
 */
export const metrics = {
  koff_ready: gauge('1 while `/readyz` answers 200, else 0.'),
  koff_owned_partitions: gauge('Partitions of `__consumer_offsets` that this instance owns.'),
  koff_catching_up_partitions: gauge(
    'Of these, partitions not yet read up to the end that they had when this instance took them over.',
  ),
  koff_fetch_lag_records: gauge(
    'Offsets between what koff has read of a partition of `__consumer_offsets` and its end, as last known.',
    ['partition'],
  ),
  koff_records_total: total('Records of `__consumer_offsets` read, without transaction markers.'),
  koff_offset_records_total: total('Of these, offset commits and their tombstones.'),
  koff_undecodable_records_total: total(
    'Records and batches that could not be read. Each of them that is not history makes a `koff-undecodable`.',
  ),
  koff_groups: gauge('Consumer groups in the partitions that this instance owns.'),
  koff_open_conditions: gauge(
    'Open conditions by the type of the event that opened them, of the groups that pass `groups`.',
    ['type'],
  ),
  koff_events_total: counter('Events delivered.', ['pipeline', 'type']),
  koff_commits_total: counter('Commits of events and state that succeeded.', ['pipeline']),
  koff_commit_failures_total: counter(
    'Commits that failed. koff restores the partition from its stored state, and delivers the events again.',
    ['pipeline'],
  ),
  koff_commit_duration_seconds: seconds('How long commits took that succeeded.', ['pipeline']),
  koff_write_duration_seconds: seconds(
    'How long writes took that succeeded, of pipelines that read the topic of the events.',
    ['pipeline'],
  ),
  koff_sink_retries_total: counter('Attempts to reach a sink, or to write to it, that failed and were repeated.', [
    'pipeline',
  ]),
  koff_waiting_pipelines: gauge('1 while a pipeline waits for its sink or for Kafka, else 0.', ['pipeline']),
  koff_pipeline_lag_records: gauge(
    'Records of the topic of the events that a pipeline has not read, in the partitions that this instance reads for it.',
    ['pipeline'],
  ),
  koff_history_bytes: gauge(
    'What the rows of a history take with their indexes, about, as last looked at for its retention.',
    ['pipeline'],
  ),
  koff_history_removed_rows_total: total('Rows that the retention of a history removed, by table.', [
    'pipeline',
    'table',
  ]),
  koff_history_retention_failures_total: total(
    'Times that the retention of a history failed. It is tried again ten minutes later.',
    ['pipeline'],
  ),
  koff_left_out_group_series: gauge(
    'Series of the metrics of groups that are left out, because there are more than `metrics.maxSeries`; the finest go first.',
  ),
  koff_throttle_seconds_total: counter('How long brokers throttled koff, because it exceeded a quota.'),
  koff_log_lines_total: counter(
    'Lines of the log. `warn`: something fails and is repeated, or is lost. `error`: koff ends.',
    ['level'],
  ),
} as const

export type Metrics = typeof metrics
export type MetricName = keyof Metrics
export type MetricKind = Metrics[MetricName]['kind']
export type MetricNameOf<K extends MetricKind> = {
  [N in MetricName]: Metrics[N]['kind'] extends K ? N : never
}[MetricName]
export type MetricLabels<N extends MetricName> = Readonly<Record<Metrics[N]['labels'][number], string>>

type LabelOf<K extends MetricKind> = Metrics[MetricNameOf<K>]['labels'][number]

/**
 * Every value that a label of what is counted or timed can have. Each combination starts at 0: what appears with its first
 * count has no increase in Prometheus, and no alert sees the first outage.
 */
export function labelValues(
  pipelines: readonly string[],
): Readonly<Record<LabelOf<'counter' | 'seconds'>, readonly string[]>> {
  return { pipeline: pipelines, type: eventTypes, level: ['info', 'warn', 'error'] }
}

/** The present value of a metric. */
export type Sample = {
  [N in MetricNameOf<'total' | 'gauge'>]: {
    readonly metric: N
    readonly labels: MetricLabels<N>
    readonly value: number
  }
}[MetricNameOf<'total' | 'gauge'>]

/** Receives what is counted and measured. */
export interface Telemetry {
  count<N extends MetricNameOf<'counter'>>(metric: N, labels: MetricLabels<N>, by?: number): void
  /** `value` in seconds. */
  observe<N extends MetricNameOf<'seconds'>>(metric: N, labels: MetricLabels<N>, value: number): void
  /** `read` is called at each scrape. */
  sample(read: () => Iterable<Sample>): void
  /** The same, for the metrics of groups. */
  groups(read: () => GroupReport): void
}

/** For a koff without an HTTP port. */
export const noTelemetry: Telemetry = {
  count: () => undefined,
  observe: () => undefined,
  sample: () => undefined,
  groups: () => undefined,
}
