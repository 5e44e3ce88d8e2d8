import { expect, test } from 'vitest'
import { pipelineSamples, trackPipeline } from '../../src/telemetry/pipelineProgress.ts'

test('a pipeline reports its lag over all partitions, and whether it waits', () => {
  const pipeline = trackPipeline('alerts')
  const values = () => pipelineSamples(pipeline.status()).map(({ metric, value }) => [metric, value])
  pipeline.left('events-0', 10)
  pipeline.left('events-1', 3)
  pipeline.left('events-0', 4)
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
  for (const partition of ['e-0', 'e-1', 'e-2']) pipeline.left(partition, 10)
  pipeline.reads(['e-2', 'e-3'])
  expect([...(pipeline.status().lag ?? [])]).toEqual([['e-2', 10]])
})
