import { expect, test } from 'vitest'
import { eventEncoder, openEventEncoder } from '../../src/avro/eventEncoder.ts'
import { noLog } from '../../src/base/log.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { listen } from './listen.ts'

/* What a registry may answer: client.test.ts. That it works with a real one: test/live. */

const { signal } = new AbortController()

test('a registry that is late is waited for', async () => {
  let requests = 0
  await using registry = await listen(({ method }, respond) => {
    requests += 1
    if (requests < 3) return respond(503, { message: 'starting' })
    return method === 'GET' ? respond(404, {}) : respond(200, { id: 7, compatibility: 'FULL_TRANSITIVE' })
  })
  const encoder = await openEventEncoder({ url: registry.url, timeoutMs: 5_000 }, 'events', { signal, log: noLog })
  expect(encoder.encode(event).subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 7]))
})

test('an abort ends the wait, with the reason of the signal', async () => {
  await using registry = await listen(() => undefined)
  const abort = new AbortController()
  const opening = openEventEncoder({ url: registry.url }, 'events', { signal: abort.signal, log: noLog })
  setTimeout(() => abort.abort(new Error('enough')), 50)
  await expect(opening).rejects.toThrow('enough')
})

test('an event that does not fit its definition is named with what does not fit, for good', () => {
  const wrong = { ...event, data: { emptyForMs: 2n ** 64n } } as unknown as KoffEvent
  expect(() => eventEncoder(7).encode(wrong)).toThrow(
    expect.objectContaining({
      code: 'SINK_FAILED',
      retriable: false,
      message: 'event 0-1-0: does not fit the definition of group-revived at data.io.koff.GroupRevived.emptyForMs',
    }),
  )
})

const event = newEvent({
  id: '0-1-0',
  type: 'group-revived',
  cluster: '',
  group: 'orders',
  groupType: 'classic',
  time: 1,
  source: { partition: 0, offset: 1, timestamp: 1 },
  data: { emptyForMs: 5 },
})
