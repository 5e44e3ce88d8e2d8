import { type MetricKind, metrics } from '../../src/telemetry/telemetry.ts'
import { buildInfo } from '../../src/web/prometheus.ts'

/** docs/metrics.md: where koff tells how it is doing, and every metric. */
export function metricsPage(): string {
  const rows = Object.entries(metrics).map(([name, { kind, labels, help }]) => row(name, typeNames[kind], labels, help))
  rows.push(row(buildInfo.name, 'gauge', ['version'], buildInfo.help))
  return `${[
    '<!-- Written by `npm run docs` from src/telemetry/telemetry.ts; edit the definitions there. -->',
    '# Metrics and health',
    introduction,
    '## Metrics',
    ['| metric | type | labels | |', '|---|---|---|---|', ...rows].join('\n'),
    closing,
  ].join('\n\n')}\n`
}

const introduction = `\`koff run --http-port 9404\` (or \`http: { port: 9404 }\`, or \`KOFF_HTTP_PORT\`) answers on that port; without one it listens nowhere.

| path | says |
|---|---|
| \`/metrics\` | the numbers below, as Prometheus scrapes them |
| \`/healthz\` | 200 as long as the process answers. A broker or sink that is down is waited for, which a restart would not hasten |
| \`/readyz\` | 200 when this instance knows which partitions are its own and has read each to where it ended when it took it over; else 503, also while it waits for \`__consumer_offsets\` to be there. The body says how far it is |

No group, member or secret is in any of it; whoever can reach the port can read it.`

const closing = `Counters begin at 0 with the process. What \`prom-client\` tells of the process and of Node (\`process_*\`, \`nodejs_*\`) is there too: memory, CPU,
event loop, garbage collection.

Worth an alert: \`increase(koff_log_lines_total{level="warn"}[5m]) > 0\` (reading or delivering stopped; the log says why), \`koff_fetch_lag_records\` that
grows (koff does not keep up; while no broker answers it stays what it was), \`increase(koff_commit_failures_total[5m]) > 0\` and
\`increase(koff_sink_retries_total[5m]) > 0\` (where the events go does not take them), \`increase(koff_undecodable_records_total[1h]) > 0\` (records that
nobody could read; \`koff-undecodable\` says which).`

const typeNames: Readonly<Record<MetricKind, string>> = {
  counter: 'counter',
  total: 'counter',
  gauge: 'gauge',
  seconds: 'histogram',
}

function row(name: string, type: string, labels: readonly string[], help: string): string {
  return `| \`${name}\` | ${type} | ${labels.map(label => `\`${label}\``).join(' ')} | ${help} |`
}
