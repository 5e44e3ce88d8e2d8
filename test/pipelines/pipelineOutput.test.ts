import { expect, test } from 'vitest'
import type { Checkpoint, Output } from '../../src/delivery/output.ts'
import { pipelineTransform } from '../../src/pipelines/applyPipeline.ts'
import { pipelineOutput } from '../../src/pipelines/pipelineOutput.ts'
import { events } from '../sinks/events.ts'

const running = new AbortController().signal

function output() {
  const commits: Checkpoint[] = []
  const calls: string[] = []
  const inner: Output = {
    name: 'inner',
    open: async () => void calls.push('open'),
    own: async partition => ({
      async *restore() {
        yield [{ key: String(partition), value: 'stored' }]
      },
      commit: async commit => void commits.push(commit),
      [Symbol.asyncDispose]: async () => void calls.push('let go'),
    }),
    [Symbol.asyncDispose]: async () => void calls.push('closed'),
  }
  return { inner, commits, calls }
}

test('the events of a commit are what the pipeline makes of them; state, also without events, goes as it is', async () => {
  const { inner, commits, calls } = output()
  const transform = pipelineTransform({ name: 'p', on: 'member-joined' })
  const wrapped = pipelineOutput(inner, { transform, signal: running, opened: () => calls.push('opened') })
  await wrapped.open(running)
  const owned = await wrapped.own(3, running)
  const changes = [{ key: 'position', value: '7' }]
  await owned.commit({ events: events(6), changes })
  await owned.commit({ events: [], changes })
  expect(commits).toEqual([
    { events: events(6).filter(({ type }) => type === 'member-joined'), changes },
    { events: [], changes },
  ])
  for await (const stored of owned.restore(running)) expect(stored).toEqual([{ key: '3', value: 'stored' }])
  await owned[Symbol.asyncDispose]()
  await wrapped[Symbol.asyncDispose]()
  expect(calls).toEqual(['open', 'opened', 'let go', 'closed'])
})

test('an operator that fails fails the commit: nothing is stored', async () => {
  const { inner, commits } = output()
  const transform = pipelineTransform({
    name: 'p',
    operators: [
      () => {
        throw new Error('no such owner')
      },
    ],
  })
  const owned = await pipelineOutput(inner, { transform, signal: running, opened: () => undefined }).own(0, running)
  await expect(owned.commit({ events: events(1), changes: [] })).rejects.toThrow(
    'pipeline p: an operator failed: no such owner',
  )
  expect(commits).toEqual([])
})
