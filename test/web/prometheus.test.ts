import { describe, expect, it } from 'vitest'
import { eventTypes } from '../../src/events/definitions.ts'
import { type MetricName, metrics } from '../../src/telemetry/telemetry.ts'
import { prometheusTelemetry } from '../../src/web/prometheus.ts'
import { exposition } from './exposition.ts'

const open = (pipelines = ['kafka']) => prometheusTelemetry({ version: '1.2.3', pipelines })

describe('what Prometheus scrapes', () => {
  it('holds every metric there is, of its kind, with nothing that promtool would complain of', async () => {
    const telemetry = open()
    telemetry.observe('koff_commit_duration_seconds', { pipeline: 'kafka' }, 0.02)
    const { families, complaints } = exposition(await telemetry.text())
    const kinds = { counter: 'COUNTER', total: 'COUNTER', gauge: 'GAUGE', seconds: 'HISTOGRAM' } as const
    const types = new Map(families.map(({ name, type }) => [name, type]))
    const names = Object.keys(metrics) as MetricName[]
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) expect([name, types.get(name)]).toEqual([name, kinds[metrics[name].kind]])
    expect(complaints()).toEqual([])
  })

  it('has every counter at 0 before anything is counted, for each value of its labels', async () => {
    const text = await open(['kafka', 'alerts']).text()
    const { value } = exposition(text)
    const unlabelled = ['koff_records_total', 'koff_undecodable_records_total', 'koff_throttle_seconds_total']
    for (const name of unlabelled) expect([name, value(name)]).toEqual([name, 0])
    for (const level of ['info', 'warn', 'error']) expect(value('koff_log_lines_total', { level })).toBe(0)
    for (const pipeline of ['kafka', 'alerts']) {
      const ofPipeline = ['koff_commits_total', 'koff_commit_failures_total', 'koff_sink_retries_total']
      for (const name of ofPipeline) expect([name, value(name, { pipeline })]).toEqual([name, 0])
      for (const type of eventTypes) expect(value('koff_events_total', { pipeline, type })).toBe(0)
      expect(text).toContain(`koff_commit_duration_seconds_count{pipeline="${pipeline}"} 0\n`)
      expect(text).toContain(`koff_write_duration_seconds_count{pipeline="${pipeline}"} 0\n`)
    }
  })

  it('counts what happens, by its labels', async () => {
    const telemetry = open()
    telemetry.count('koff_events_total', { pipeline: 'kafka', type: 'rebalance' })
    telemetry.count('koff_events_total', { pipeline: 'kafka', type: 'rebalance' }, 41)
    telemetry.count('koff_events_total', { pipeline: 'a "b"\n\\', type: 'rebalance' }, 3)
    const { value } = exposition(await telemetry.text())
    expect(value('koff_events_total', { pipeline: 'kafka', type: 'rebalance' })).toBe(42)
    expect(value('koff_events_total', { pipeline: 'a "b"\n\\', type: 'rebalance' })).toBe(3)
  })

  it('looks up present values at a scrape, and nothing that is gone', async () => {
    const telemetry = open()
    let records = 10
    let partitions = [0, 1]
    telemetry.sample(() => [
      { metric: 'koff_records_total', labels: {}, value: records },
      ...partitions.map(partition => ({
        metric: 'koff_fetch_lag_records' as const,
        labels: { partition: String(partition) },
        value: partition + 5,
      })),
    ])
    const first = exposition(await telemetry.text())
    expect(first.value('koff_records_total')).toBe(10)
    expect(first.value('koff_fetch_lag_records', { partition: '1' })).toBe(6)
    records = 25
    partitions = [0]
    const second = exposition(await telemetry.text())
    expect(second.value('koff_records_total')).toBe(25)
    expect(second.value('koff_fetch_lag_records', { partition: '0' })).toBe(5)
    expect(second.value('koff_fetch_lag_records', { partition: '1' })).toBeNaN()
  })

  it('sorts durations into buckets', async () => {
    const telemetry = open()
    for (const seconds of [0.0004, 0.03, 0.03, 7, 60]) {
      telemetry.observe('koff_commit_duration_seconds', { pipeline: 'kafka' }, seconds)
    }
    const text = await telemetry.text()
    const { families } = exposition(text)
    const [metric] = families.find(({ name }) => name === 'koff_commit_duration_seconds')?.metrics ?? []
    expect(metric?.buckets).toMatchObject({ '0.001': '1', '0.025': '1', '0.05': '3', '10': '4', '+Inf': '5' })
    expect(text).toContain('koff_commit_duration_seconds_sum{pipeline="kafka"} 67.0604\n')
    expect(text).toContain('koff_commit_duration_seconds_count{pipeline="kafka"} 5\n')
  })

  it('says which koff that is, and how its process does', async () => {
    const { value, families } = exposition(await open().text())
    expect(value('koff_build_info', { version: '1.2.3' })).toBe(1)
    expect(families.map(({ name }) => name)).toContain('process_resident_memory_bytes')
  })
})

describe('the check itself', () => {
  it('complains of what promtool complains of', () => {
    const { complaints } = exposition(
      '# TYPE koff_Reads counter\nkoff_Reads 1\n# HELP koff_wait_ms_total a\n# TYPE koff_wait_ms_total gauge\nkoff_wait_ms_total NaN\n',
    )
    expect(complaints()).toEqual([
      'koff_Reads: no help text',
      'koff_Reads: not in snake case',
      'koff_Reads: _total is what counters end in',
      'koff_wait_ms_total: _total is what counters end in',
      'koff_wait_ms_total: not in a base unit',
      'koff_wait_ms_total: value NaN',
    ])
  })
})
