import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client'
import type { GroupReport } from '../telemetry/groupMetrics.ts'
import { labelValues, type MetricName, metrics, type Sample, type Telemetry } from '../telemetry/telemetry.ts'
import { groupText } from './groupText.ts'

/** Telemetry in Prometheus' text format. */
export interface PrometheusTelemetry extends Telemetry {
  /** All metrics at this moment. */
  text(): Promise<string>
  /** The same, not yet as text. */
  collect(): Promise<CollectedMetrics>
  readonly contentType: string
}

export interface CollectedMetrics {
  readonly own: readonly MetricObjectWithValues<MetricValue<string> & { readonly metricName?: string }>[]
  readonly groups: readonly GroupReport[]
}

/** A transaction of Kafka takes some milliseconds, a write to a queue less. */
const bucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export interface PrometheusOptions {
  readonly version: string
  /** The names of all pipelines that will run. */
  readonly pipelines: readonly string[]
}

/**
 * With the metrics of the process and of Node that prom-client brings, and `koff_build_info`. What is counted starts at 0
 * for every value of its labels.
 */
export function prometheusTelemetry({ version, pipelines }: PrometheusOptions): PrometheusTelemetry {
  const registry = new Registry()
  const registers = [registry]
  const counters = new Map<MetricName, Counter>()
  const gauges = new Map<MetricName, Gauge>()
  const histograms = new Map<MetricName, Histogram>()
  const sampled: { reset(): void }[] = []
  const readers: (() => Iterable<Sample>)[] = []
  const groupReaders: (() => GroupReport)[] = []
  const values = labelValues(pipelines)

  for (const name of Object.keys(metrics) as MetricName[]) {
    const { kind, help, labels } = metrics[name]
    const shape = { name, help, labelNames: [...labels], registers }
    switch (kind) {
      case 'counter': {
        const counter = new Counter(shape)
        counters.set(name, counter)
        for (const combination of combinations(labels, values)) counter.inc(combination, 0)
        break
      }
      case 'total': {
        const counter = new Counter(shape)
        counters.set(name, counter)
        sampled.push(counter)
        break
      }
      case 'gauge': {
        const gauge = new Gauge(shape)
        gauges.set(name, gauge)
        sampled.push(gauge)
        break
      }
      case 'seconds': {
        const histogram = new Histogram({ ...shape, buckets: bucketsSeconds })
        histograms.set(name, histogram)
        for (const combination of combinations(labels, values)) histogram.zero(combination)
        break
      }
    }
  }
  const build = new Gauge({ name: buildInfo.name, help: buildInfo.help, labelNames: ['version'], registers })
  build.set({ version }, 1)
  collectDefaultMetrics({ register: registry })
  // These gauges have names of counters, which promtool refuses. The same numbers by type stay, under other names.
  for (const what of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${what}_total`)

  /** Takes what is looked up into the registry; the metrics of groups have their own way. */
  const lookUp = (): readonly GroupReport[] => {
    for (const metric of sampled) metric.reset()
    for (const read of readers) {
      for (const { metric, labels, value } of read()) {
        gauges.get(metric)?.set(labels, value)
        counters.get(metric)?.inc(labels, value)
      }
    }
    const reports = groupReaders.map(read => read())
    const leftOut = reports.reduce((sum, report) => sum + report.leftOut, 0)
    gauges.get('koff_left_out_group_series')?.set(leftOut)
    return reports
  }
  return {
    contentType: registry.contentType,
    count: (metric, labels, by = 1) => counters.get(metric)?.inc(labels, by),
    observe: (metric, labels, value) => histograms.get(metric)?.observe(labels, value),
    sample: read => readers.push(read),
    groups: read => groupReaders.push(read),
    async text() {
      const groups = lookUp()
      return `${await registry.metrics()}${groups.map(groupText).join('')}`
    },
    async collect() {
      const groups = lookUp()
      return { own: await registry.getMetricsAsJSON(), groups }
    },
  }
}

export const buildInfo = { name: 'koff_build_info', help: 'Always 1; the version of koff.' } as const

function combinations<L extends string>(
  labels: readonly L[],
  values: Readonly<Record<L, readonly string[]>>,
): readonly Readonly<Record<string, string>>[] {
  return labels.reduce<readonly Readonly<Record<string, string>>[]>(
    (before, label) => before.flatMap(chosen => values[label].map(value => ({ ...chosen, [label]: value }))),
    [{}],
  )
}
