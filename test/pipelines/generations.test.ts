import { expect, test } from 'vitest'
import { oneAtATime } from '../../src/pipelines/generations.ts'

/** Work that lasts until it is told to end, or its generation is over. */
function recorded() {
  const steps: string[] = []
  const failures: unknown[] = []
  const endings: (() => void)[] = []
  const work = async (assignment: Readonly<Record<string, readonly number[]>>, generation: AbortSignal) => {
    const name = Object.keys(assignment).join()
    steps.push(`${name} begins`)
    const { promise, resolve } = Promise.withResolvers<void>()
    endings.push(resolve)
    generation.addEventListener('abort', () => steps.push(`${name} is to end`))
    await promise
    steps.push(`${name} ends`)
    if (name === 'wrong') throw new Error('wrong')
  }
  return { steps, failures, endings, generations: oneAtATime(work, error => failures.push(error)) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('the work of a generation begins when that of the one before is over', async () => {
  const { steps, endings, generations } = recorded()
  generations.begin({ a: [0] })
  await turn()
  generations.begin({ b: [0] })
  await turn()
  expect(steps).toEqual(['a begins', 'a is to end'])
  endings[0]?.()
  await turn()
  expect(steps).toEqual(['a begins', 'a is to end', 'a ends', 'b begins'])
  generations.end()
  endings[1]?.()
  await generations.over()
  expect(steps.slice(4)).toEqual(['b is to end', 'b ends'])
})

test('a generation that is over before its work begins has none', async () => {
  const { steps, endings, generations } = recorded()
  generations.begin({ a: [0] })
  await turn()
  generations.begin({ b: [0] })
  generations.begin({ c: [0] })
  endings[0]?.()
  await turn()
  expect(steps).toEqual(['a begins', 'a is to end', 'a ends', 'c begins'])
})

test('work that fails is reported, unless its generation is over', async () => {
  const { failures, endings, generations } = recorded()
  generations.begin({ wrong: [0] })
  await turn()
  endings[0]?.()
  await generations.over()
  expect(failures).toEqual([new Error('wrong')])
  generations.begin({ wrong: [0] })
  await turn()
  generations.end()
  endings[1]?.()
  await generations.over()
  expect(failures).toHaveLength(1)
})
