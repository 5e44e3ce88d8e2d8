import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { KoffError } from '../../src/base/errors.ts'
import { persist, retry } from '../../src/base/retry.ts'

const { signal } = new AbortController()
const passing = new KoffError('BROKER_UNREACHABLE', 'for now', { retriable: true })
const quick = { signal, timeoutMs: 5_000, firstPauseMs: 1 }

function failing(times: number, error: unknown) {
  const state = { attempts: 0 }
  const attempt = async () => {
    state.attempts += 1
    if (state.attempts <= times) throw error
    return 'done'
  }
  return { state, attempt }
}

test('what fails for now is tried again until it works', async () => {
  const { state, attempt } = failing(4, passing)
  expect(await retry(attempt, quick)).toBe('done')
  expect(state.attempts).toBe(5)
})

test.each([new KoffError('TOPIC_UNFIT', 'for good'), new TypeError('a mistake')])(
  '%s is not tried again',
  async error => {
    const { state, attempt } = failing(1, error)
    await expect(retry(attempt, quick)).rejects.toBe(error)
    expect(state.attempts).toBe(1)
  },
)

test('when the time is over the last failure is what comes back', async () => {
  const { state, attempt } = failing(Infinity, passing)
  await expect(retry(attempt, { signal, timeoutMs: 200, firstPauseMs: 20 })).rejects.toBe(passing)
  expect(state.attempts).toBeGreaterThan(2)
})

test('pauses grow, up to a limit', async () => {
  const times: number[] = []
  const attempt = async () => {
    times.push(performance.now())
    throw passing
  }
  await expect(retry(attempt, { signal, timeoutMs: 700, firstPauseMs: 20, maxPauseMs: 160 })).rejects.toBe(passing)
  // 20, 40, 80, then 160: each at least half, none at all in a loop that does not wait.
  expect(times.length).toBeGreaterThan(4)
  expect(times.length).toBeLessThan(14)
})

test('an abort ends a pause at once, with the reason of the signal', async () => {
  const abort = new AbortController()
  const { attempt } = failing(Infinity, passing)
  const waiting = retry(attempt, { signal: abort.signal, timeoutMs: 60_000, firstPauseMs: 30_000, maxPauseMs: 30_000 })
  setTimeout(() => abort.abort(new Error('enough')), 20)
  await expect(waiting).rejects.toThrow('enough')
})

test('each further attempt is reported with the failure before it', async () => {
  const { attempt } = failing(3, passing)
  const told: KoffError[] = []
  await retry(attempt, { ...quick, retried: error => told.push(error) })
  expect(told).toEqual([passing, passing, passing])
})

function watched() {
  const told: unknown[] = []
  const watch = {
    retried: (error: KoffError, timeoutMs: number) => void told.push([error.message, timeoutMs]),
    worked: () => void told.push('worked'),
  }
  return { told, watch }
}

test('a watch is notified of the first failures and of the success', async () => {
  const { told, watch } = watched()
  await retry(failing(0, passing).attempt, { ...quick, watch })
  expect(told).toEqual([])
  await retry(failing(2, passing).attempt, { ...quick, watch })
  expect(told).toEqual([['for now', 5_000], ['for now', 5_000], 'worked'])
})

test('a watched attempt that fails until the time limit reports how long it was tried; a permanent failure does not', async () => {
  const { told, watch } = watched()
  const options = { signal, timeoutMs: 200, firstPauseMs: 20, watch }
  await expect(retry(failing(Infinity, passing).attempt, options)).rejects.toMatchObject({
    code: 'BROKER_UNREACHABLE',
    message: 'for now; tried for 0.2 s',
    retriable: true,
    cause: passing,
  })
  expect(told).not.toContain('worked')
  const final = new KoffError('TOPIC_UNFIT', 'for good')
  await expect(retry(failing(1, final).attempt, options)).rejects.toBe(final)
})

test('a server that names a later time is not asked before, and once more then, also past the time-out', async () => {
  const slow = new KoffError('REGISTRY_UNREACHABLE', 'later', { retriable: true, retryAfterMs: 150 })
  const times: number[] = []
  const attempt = async () => {
    times.push(performance.now())
    throw slow
  }
  await expect(retry(attempt, { signal, timeoutMs: 50, firstPauseMs: 1 })).rejects.toBe(slow)
  expect(times).toHaveLength(2)
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(149)
})

test('what must work in the end is repeated until it does, and each failure is passed on', async () => {
  const { attempt } = failing(2, passing)
  const failures: unknown[] = []
  const failed = (error: unknown) => {
    failures.push(error)
    return passing
  }
  expect(await persist(attempt, { signal, failed })).toBe('done')
  expect(failures).toEqual([passing, passing])
})

test('what must not be repeated ends it', async () => {
  const failed = () => {
    throw new TypeError('a mistake')
  }
  await expect(persist(failing(1, passing).attempt, { signal, failed })).rejects.toThrow('a mistake')
})

test('what only a person can help is repeated seldom, and an abort ends the pause', async () => {
  const abort = new AbortController()
  const { state, attempt } = failing(Infinity, passing)
  const failed = () => new KoffError('AUTHENTICATION_FAILED', 'wrong password')
  setTimeout(() => abort.abort(new Error('enough')), 1_500)
  await expect(persist(attempt, { signal: abort.signal, failed })).rejects.toThrow('enough')
  expect(state.attempts).toBe(1)
})

test('an attempt that worked for a while makes the next failure the first one again', async () => {
  const counts: number[] = []
  const durations = [0, 50, 0, 0]
  const attempt = async () => {
    const duration = durations.shift()
    if (duration === undefined) return 'done'
    await sleep(duration)
    throw new KoffError('BROKER_ERROR', 'no', { retriable: true })
  }
  const failed = (error: unknown, failures: number) => {
    counts.push(failures)
    return error as KoffError
  }
  const pauses = { firstMs: 1, maxMs: 1 }
  expect(await persist(attempt, { signal, failed, pauses, steadyMs: 40 })).toBe('done')
  expect(counts).toEqual([1, 1, 2, 3])
})
