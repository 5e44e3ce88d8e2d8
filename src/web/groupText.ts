import { type GroupReport, type GroupSeries, groupMetrics } from '../telemetry/groupMetrics.ts'

/** Metrics of groups in Prometheus' text format. */
export function groupText({ cluster, series }: GroupReport): string {
  const lines: string[] = []
  const own = `cluster_name="${escaped(cluster)}"`
  const byMetric = Map.groupBy(series, ({ metric }) => metric)
  for (const [name, { help, kind }] of Object.entries(groupMetrics)) {
    const ofMetric = byMetric.get(name as GroupSeries['metric'])
    if (ofMetric === undefined) continue
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
    for (const { labels, value } of ofMetric) {
      let text = own
      for (const [label, of] of labels) text += `,${label}="${escaped(of)}"`
      lines.push(`${name}{${text}} ${value}`)
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function escaped(text: string): string {
  return /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text
}
