import { type HrTime, ValueType } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { Log } from '../base/log.ts'
import { systemReason } from '../base/systemReason.ts'
import { type GroupReport, groupMetrics } from '../telemetry/groupMetrics.ts'
import type { CollectedMetrics } from './prometheus.ts'

export interface OtlpOptions {
  readonly url: string
  readonly everyMs: number
  readonly token?: string | undefined
  readonly version: string
  /** Of the deployment. */
  readonly name: string
  readonly collect: () => Promise<CollectedMetrics>
  readonly log: Log
}

/** Sends all metrics to a collector of OpenTelemetry at an interval, and once more at the end. */
export function otlpExport({ url, everyMs, token, version, name, collect, log }: OtlpOptions): AsyncDisposable {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const exporter = new OTLPMetricExporter({ url, headers })
  const resource = resourceFromAttributes({
    'service.name': 'koff',
    'service.version': version,
    'service.instance.id': name,
  })
  const startTime = hrTime(Date.now() - process.uptime() * 1000)
  let isFailing = false
  const send = async () => {
    const metrics = metricData(await collect(), startTime, hrTime(Date.now()))
    const request: ResourceMetrics = { resource, scopeMetrics: [{ scope: { name: 'koff', version }, metrics }] }
    const { error } = await new Promise<{ readonly error?: Error }>(resolve => exporter.export(request, resolve))
    if (error !== undefined && !isFailing)
      log.warn(`${url}: takes no metrics: ${systemReason(error)}; koff tries again every ${everyMs / 1000} s`, { url })
    if (error === undefined && isFailing) log.info(`${url}: takes metrics again`, { url })
    isFailing = error !== undefined
  }
  let sending: Promise<void> = Promise.resolve()
  // One request at a time: a collector that is slow gets fewer.
  let isSending = false
  const timer = setInterval(() => {
    if (isSending) return
    isSending = true
    sending = send().finally(() => (isSending = false))
  }, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sending
      await send()
      await exporter.shutdown()
    },
  }
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}

/** The numbers of the Prometheus endpoint, under the same names. */
export function metricData({ own, groups }: CollectedMetrics, startTime: HrTime, endTime: HrTime): MetricData[] {
  const point = (attributes: Readonly<Record<string, string | number>>, value: number) => ({
    startTime,
    endTime,
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, of]) => [key, String(of)])),
    value,
  })
  const numbers = (metric: Described, points: ReturnType<typeof point>[]): MetricData => ({
    descriptor: {
      name: metric.name,
      description: metric.help,
      unit: '',
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    ...(metric.isCounter
      ? { dataPointType: DataPointType.SUM as const, isMonotonic: true, dataPoints: points }
      : { dataPointType: DataPointType.GAUGE as const, dataPoints: points }),
  })
  const ofKoff = own.flatMap((metric): MetricData[] => {
    const { name, help, type, values } = metric
    if (String(type) === 'histogram') return [histogram(metric, { startTime, endTime })]
    const isCounter = String(type) === 'counter'
    return [
      numbers(
        { name, help, isCounter },
        values.map(({ labels, value }) => point(definedLabels(labels), value)),
      ),
    ]
  })
  return [...ofKoff, ...groups.flatMap(report => seriesOf(report, point, numbers))]
}

interface Described {
  readonly name: string
  readonly help: string
  readonly isCounter: boolean
}

function seriesOf<P>(
  { cluster, series }: GroupReport,
  point: (attributes: Readonly<Record<string, string>>, value: number) => P,
  numbers: (metric: Described, points: P[]) => MetricData,
): MetricData[] {
  return [...Map.groupBy(series, ({ metric }) => metric)].map(([name, ofMetric]) => {
    const { help, kind } = groupMetrics[name]
    const points = ofMetric.map(({ labels, value }) =>
      point({ cluster_name: cluster, ...Object.fromEntries(labels) }, value),
    )
    return numbers({ name, help, isCounter: kind === 'counter' }, points)
  })
}

type Labels = CollectedMetrics['own'][number]['values'][number]['labels']

function definedLabels(labels: Labels): Record<string, string | number> {
  return Object.fromEntries(Object.entries(labels).flatMap(([key, of]) => (of === undefined ? [] : [[key, of]])))
}

/** prom-client gives a histogram as cumulative buckets with a label `le`, a sum and a count. */
function histogram(
  { name, help, values }: CollectedMetrics['own'][number],
  times: { readonly startTime: HrTime; readonly endTime: HrTime },
): MetricData {
  const partOf = ({ metricName }: (typeof values)[number]) => metricName?.slice(name.length + 1)
  const keyOf = ({ le: _le, ...labels }: Record<string, string | number>) =>
    JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
  const byLabels = Map.groupBy(values, ({ labels }) => keyOf(definedLabels(labels)))
  const dataPoints = [...byLabels.values()].map(ofLabels => {
    const valueOf = (part: string) => ofLabels.find(value => partOf(value) === part)?.value ?? 0
    const buckets = ofLabels.filter(value => partOf(value) === 'bucket')
    const { le: _le, ...attributes } = definedLabels(ofLabels[0]?.labels ?? {})
    const boundaries = buckets.map(({ labels }) => Number(definedLabels(labels)['le'])).filter(Number.isFinite)
    // Each bucket of OTLP counts what lies between its bounds; the last one what lies beyond.
    const cumulative = [...buckets.map(({ value }) => value).slice(0, boundaries.length), valueOf('count')]
    const counts = cumulative.map((value, at) => value - (cumulative[at - 1] ?? 0))
    return {
      ...times,
      attributes,
      value: { buckets: { boundaries, counts }, sum: valueOf('sum'), count: valueOf('count') },
    }
  })
  return {
    descriptor: { name, description: help, unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints,
  }
}
