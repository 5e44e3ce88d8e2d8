import { expect, test } from 'vitest'
import { RequestPace } from '../../../src/sinks/webhook/pace.ts'

function pace(perSecond?: number) {
  const clock = { ms: 0 }
  return { clock, requests: new RequestPace(perSecond, () => clock.ms) }
}

test('requests begin as far apart as the rate says, however many ask at once', () => {
  const { clock, requests } = pace(10)
  expect([requests.take(), requests.take(), requests.take()]).toEqual([0, 100, 200])
  clock.ms = 1_000
  expect([requests.take(), requests.take()]).toEqual([0, 100])
})

test('a pause that the receiver asked for holds all requests, and a shorter one does not shorten it', () => {
  const { clock, requests } = pace()
  requests.pause(5_000)
  requests.pause(10)
  expect([requests.take(), requests.take()]).toEqual([5_000, 5_000])
  clock.ms = 5_000
  expect(requests.take()).toBe(0)
})
