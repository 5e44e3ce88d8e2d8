import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { groupReport } from '../../src/telemetry/groupSeries.ts'
import { otlpExport } from '../../src/web/otlp.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { linesTo } from '../engine/linesTo.ts'
import { member, World } from '../state/conditions/world.ts'

interface Point {
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
  readonly asDouble?: number
  readonly count?: number
  readonly bucketCounts?: readonly number[]
}
interface Metric {
  readonly name: string
  readonly gauge?: { readonly dataPoints: readonly Point[] }
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic: boolean }
  readonly histogram?: { readonly dataPoints: readonly Point[] }
}

let server: Server
let status = 200
const bodies: { readonly metrics: readonly Metric[]; readonly authorization: string | undefined }[] = []

async function collector(): Promise<string> {
  bodies.length = 0
  status = 200
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const { resourceMetrics } = JSON.parse(text) as { resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] }
      bodies.push({
        metrics: resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [],
        authorization: request.headers.authorization,
      })
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`
}

afterEach(() => server.close())

const pointsOf = ({ gauge, sum, histogram }: Metric) => (gauge ?? sum ?? histogram)?.dataPoints ?? []
const keyed = (name: string, point: Point) => {
  const labels = point.attributes.map(({ key, value }) => `${key}="${value.stringValue}"`)
  return `${name}{${labels.join(',')}}`
}

it('a collector gets the numbers that Prometheus gets, with a token', async () => {
  const url = await collector()
  const w = new World()
    .generation(1, member('a', [0]))
    .commit({ 0: 5 })
    .sample({ 0: 9 })
  const telemetry = prometheusTelemetry({ version: '1', pipelines: ['kafka'] })
  telemetry.groups(() => groupReport(w.fold, { grain: 'partition', maxSeries: 1_000, wants: () => true }))
  telemetry.count('koff_commits_total', { pipeline: 'kafka' }, 3)
  telemetry.observe('koff_commit_duration_seconds', { pipeline: 'kafka' }, 0.02)
  telemetry.observe('koff_commit_duration_seconds', { pipeline: 'kafka' }, 99)
  const lines: string[] = []
  const sending = { url, everyMs: 60_000, token: 'hunter2', version: '1', name: 'koff', log: linesTo(lines) }
  await otlpExport({ ...sending, collect: () => telemetry.collect() })[Symbol.asyncDispose]()

  const metrics = bodies[0]?.metrics ?? []
  expect(bodies[0]?.authorization).toBe('Bearer hunter2')
  const sent = new Map(
    metrics.flatMap(metric => pointsOf(metric).map(point => [keyed(metric.name, point), point.asDouble])),
  )
  const text = await telemetry.text()
  const scraped = text.split('\n').filter(line => /^(koff|kafka)_/.test(line) && !/_(bucket|sum|count)\{/.test(line))
  expect(scraped.length).toBeGreaterThan(30)
  for (const line of scraped) {
    const [, series = '', value] = /^(.*) (\S+)$/.exec(line) ?? []
    expect([series, sent.get(series.includes('{') ? series : `${series}{}`)]).toEqual([series, Number(value)])
  }
  const commits = metrics.find(({ name }) => name === 'koff_commits_total')
  expect(commits?.sum?.isMonotonic).toBe(true)
  const [durations] = metrics.find(({ name }) => name === 'koff_commit_duration_seconds')?.histogram?.dataPoints ?? []
  expect(durations).toMatchObject({ count: 2 })
  expect(durations?.bucketCounts?.at(-1)).toBe(1)
  expect(durations?.bucketCounts?.reduce((sum, count) => sum + count, 0)).toBe(2)
  expect(lines).toEqual([])
})

it('a collector that takes nothing is reported once, and when it takes metrics again', async () => {
  const url = await collector()
  status = 400
  const telemetry = prometheusTelemetry({ version: '1', pipelines: [] })
  const lines: string[] = []
  await using _sending = otlpExport({
    url,
    everyMs: 20,
    version: '1',
    name: 'koff',
    log: linesTo(lines),
    collect: () => telemetry.collect(),
  })
  await vi.waitFor(() => expect(bodies.length).toBeGreaterThan(2))
  await vi.waitFor(() => expect(lines).toHaveLength(1))
  expect(lines[0]).toContain('takes no metrics')
  status = 200
  await vi.waitFor(() => expect(lines).toHaveLength(2))
  expect(lines[1]).toContain('takes metrics again')
})
