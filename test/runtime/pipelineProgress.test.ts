import { expect, test } from 'vitest'
import { pipelineSamples, trackPipeline } from '../../src/runtime/pipelineProgress.ts'

test('a pipeline tells how far behind it is in all its partitions, and whether it waits', () => {
  const pipeline = trackPipeline('alerts')
  const values = () => pipelineSamples(pipeline.status()).map(({ metric, value }) => [metric, value])
  pipeline.delivered(0, 5, 10)
  pipeline.delivered(1, 5, 3)
  pipeline.delivered(0, 5, 4)
  expect(values()).toEqual([
    ['koff_pipeline_lag_records', 7],
    ['koff_waiting_pipelines', 0],
  ])
  pipeline.waits('queue full')
  expect(values().at(-1)).toEqual(['koff_waiting_pipelines', 1])
  pipeline.runs()
  expect(values().at(-1)).toEqual(['koff_waiting_pipelines', 0])
})
