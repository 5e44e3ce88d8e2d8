import { expect, test } from 'vitest'
import { KoffError } from '../../src/errors.ts'
import { retry } from '../../src/runtime/retry.ts'

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

test('each further attempt is told, with what failed before it', async () => {
  const { attempt } = failing(3, passing)
  const told: KoffError[] = []
  await retry(attempt, { ...quick, retried: error => told.push(error) })
  expect(told).toEqual([passing, passing, passing])
})
