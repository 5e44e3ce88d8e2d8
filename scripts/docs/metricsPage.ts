import { groupMetrics } from '../../src/telemetry/groupMetrics.ts'
import { type MetricKind, metrics } from '../../src/telemetry/telemetry.ts'
import { buildInfo } from '../../src/web/prometheus.ts'
import { alertSections, rulesFile } from './alertRules.ts'

/** docs/metrics.md: how to watch koff, every alert, every metric. */
export function metricsPage(): string {
  const rows = Object.entries(metrics).map(([name, { kind, labels, help }]) => row(name, typeNames[kind], labels, help))
  rows.push(row(buildInfo.name, 'gauge', ['version'], buildInfo.help))
  return `${[
    `<!-- Written by \`npm run docs\` from src/telemetry/telemetry.ts and ${rulesFile}; edit these. -->`,
    introduction,
    '## Alerts',
    alerts,
    alertSections(),
    '## Metrics',
    ['| metric | type | labels | |', '|---|---|---|---|', ...rows].join('\n'),
    closing,
    groupsSection(),
  ].join('\n\n')}\n`
}

const introduction = `# Metrics, health and alerts

How to see from outside whether koff works: numbers for Prometheus, health checks for an orchestrator, and alerts, each with what it means and what to do.

\`\`\`
$ koff run -c koff.yaml --http-port 9404
$ curl -s localhost:9404/readyz
{"ready":true,"partitions":50,"catchingUp":0,"recordsLeft":0}
$ curl -s localhost:9404/metrics | grep ^koff_waiting
koff_waiting_pipelines{pipeline="kafka-koff.events"} 0
\`\`\`

\`--http-port\`, \`KOFF_HTTP_PORT\` or \`http: { port: 9404 }\` opens the port; without one koff listens nowhere. It listens on 127.0.0.1. A Prometheus or an
orchestrator on another machine needs \`--http-host 0.0.0.0\`, \`KOFF_HTTP_HOST\` or \`http.host\`, and a token (\`--http-token-file\`, \`http.tokenFile\`) or \`--http-public\`. Prometheus sends the token with \`authorization: { credentials_file: … }\`. No member or secret is in the metrics, and groups and topics only with \`metrics.groups\`.

| path | answer |
|---|---|
| \`/metrics\` | the metrics below, for Prometheus |
| \`/healthz\` | 200 while the process answers. For a liveness check: koff waits for brokers and sinks that are down, and a restart would not help |
| \`/readyz\` | 200 when this instance knows its partitions and has read each up to the end that it had when koff took it over; else 503. Also 200 while the cluster answers that it never had a group, so that a deployment rolls out there. The body says how far it is |`

const alerts = `[${rulesFile}](../${rulesFile}) has the rules of all alerts below. They expect a job called \`koff\`:

\`\`\`yaml
rule_files: [koff.rules.yml]
scrape_configs:
  - job_name: koff
    static_configs: [{ targets: ['localhost:9404'] }]
\`\`\`

Every counter starts at 0 for each value of its labels, so that an alert fires at the first failure. A koff that starts while something is down may have counted before its first scrape: for that the
rules have \`unless … offset\`. The tests run the rules in a Prometheus, and stop Redis, the brokers and the registry, and lock the history file.`

const closing = `Counters begin at 0 with the process. The metrics of \`prom-client\` for the process and Node are there, too: \`process_*\` and \`nodejs_*\` tell about memory, processor time, event
loop and garbage collection.`

const typeNames: Readonly<Record<MetricKind, string>> = {
  counter: 'counter',
  total: 'counter',
  gauge: 'gauge',
  seconds: 'histogram',
}

function groupsSection(): string {
  const rows = Object.entries(groupMetrics).map(([name, { kind, labels, help, grain }]) => {
    return `| \`${name}\` | ${grain} | ${kind} | ${labels.map(label => `\`${label}\``).join(' ')} | ${help} |`
  })
  return [
    '## Metrics of groups',
    groupsIntroduction,
    ['| metric | from | type | labels | |', '|---|---|---|---|---|', ...rows].join('\n'),
    groupsClosing,
  ].join('\n\n')
}

const groupsIntroduction = `Off unless \`metrics.groups\` says how fine: \`group\`, \`topic\` or \`partition\`; each has what the coarser ones have. Without \`koff_\` the names are those that kafka-lag-exporter, klag-exporter and
Conduktor share, so that their dashboards find them. All have the label \`cluster_name\`, Kafka's cluster id. An instance has the groups of the partitions that it owns.

\`\`\`yaml
http: { port: 9404 }
metrics: { groups: topic }
\`\`\`

[Lag in time](conditions.md#lag-in-time) is an interval: \`…_lag_seconds\` is its lower bound, so that an alert on it is never early; \`…_seconds_upper\` is the upper one. Values are as of the last sample (\`conditions.sampleEveryMs\`).`

const groupsClosing = `Where there are more series than \`metrics.maxSeries\`, those of partitions are left out first, then those of topics, and \`koff_left_out_group_series\` says how many. A group that is gone has no series
any more.

\`metrics.otlp\` sends the same numbers under the same names to a collector of OpenTelemetry, with or without the port. A collector that takes nothing is logged once, and once when it takes metrics again.

[deploy/grafana](../deploy/grafana) has a dashboard for these metrics, [deploy/prometheus/groups.rules.yml](../deploy/prometheus/groups.rules.yml) alert rules about groups.`

function row(name: string, type: string, labels: readonly string[], help: string): string {
  return `| \`${name}\` | ${type} | ${labels.map(label => `\`${label}\``).join(' ')} | ${help} |`
}
