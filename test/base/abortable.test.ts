import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { abortable } from '../../src/base/abortable.ts'

test('work that settles is passed on, and nothing is left on the signal', async () => {
  const { signal } = new AbortController()
  expect(await abortable(Promise.resolve(5), signal)).toBe(5)
  await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('an abort rejects with its reason, and a late rejection is ignored', async () => {
  const abort = new AbortController()
  const { promise, reject } = Promise.withResolvers<number>()
  const waiting = abortable(promise, abort.signal)
  abort.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  reject(new Error('too late to matter'))
  await new Promise(resolve => setImmediate(resolve))
})

test('under a signal that has aborted nothing is waited for', async () => {
  const never = new Promise<never>(() => undefined)
  await expect(abortable(never, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
})
