import { expect, test } from 'vitest'
import { pipelineSamples, trackPipeline } from '../../src/telemetry/pipelineProgress.ts'

test('a pipeline tells how far behind it is in all its partitions, and whether it waits', () => {
  const pipeline = trackPipeline('alerts')
  const values = () => pipelineSamples(pipeline.status()).map(({ metric, value }) => [metric, value])
  pipeline.left(0, 10)
  pipeline.left(1, 3)
  pipeline.left(0, 4)
  pipeline.delivered(5)
  expect(values()).toEqual([
    ['koff_pipeline_lag_records', 7],
    ['koff_waiting_pipelines', 0],
  ])
  pipeline.waits('queue full')
  expect(values().at(-1)).toEqual(['koff_waiting_pipelines', 1])
  pipeline.runs()
  expect(values().at(-1)).toEqual(['koff_waiting_pipelines', 0])
})

test('what another instance reads now counts there', () => {
  const pipeline = trackPipeline('alerts')
  for (const partition of [0, 1, 2]) pipeline.left(partition, 10)
  pipeline.reads([2, 3])
  expect([...(pipeline.status().lag ?? [])]).toEqual([[2, 10]])
})
