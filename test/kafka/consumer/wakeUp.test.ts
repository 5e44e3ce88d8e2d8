import { expect, test } from 'vitest'
import { createWakeUp } from '../../../src/kafka/consumer/wakeUp.ts'

const never = new AbortController().signal

test('waiting ends when woken', async () => {
  const { wake, wait } = createWakeUp()
  setTimeout(wake, 10)
  await expect(wait(Number.POSITIVE_INFINITY, never)).resolves.toBeUndefined()
})

test('what happened before waiting is not missed, and counts once', async () => {
  const { wake, wait } = createWakeUp()
  wake()
  wake()
  await wait(Number.POSITIVE_INFINITY, never)
  const before = performance.now()
  await wait(30, never)
  expect(performance.now() - before).toBeGreaterThan(25)
})

test('waiting ends by itself after the time given, at once where that is over', async () => {
  const { wait } = createWakeUp()
  const before = performance.now()
  await wait(30, never)
  await wait(-5, never)
  expect(performance.now() - before).toBeGreaterThan(25)
})

test('waiting ends when the signal aborts, and does not begin afterwards', async () => {
  const { wait } = createWakeUp()
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 10)
  await expect(wait(Number.POSITIVE_INFINITY, abort.signal)).resolves.toBeUndefined()
  await expect(wait(Number.POSITIVE_INFINITY, abort.signal)).resolves.toBeUndefined()
})
