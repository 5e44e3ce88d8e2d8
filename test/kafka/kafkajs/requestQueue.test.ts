import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { mendRequestQueue } from '../../../src/kafka/kafkajs/requestQueue.ts'

interface Pushed {
  readonly entry: { readonly correlationId: number; resolve(answer: unknown): void; reject(error: Error): void }
  readonly expectResponse: boolean
  readonly sendRequest: () => void
}

interface RequestQueue {
  push(request: Pushed): void
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void
  maybeThrottle(ms: number): void
}

type NewQueue = new (options: object) => RequestQueue

function queue(): RequestQueue {
  mendRequestQueue()
  const Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as NewQueue
  const logger = { debug: () => undefined, warn: () => undefined }
  return new Queue({ requestTimeout: 1000, clientId: 'koff', broker: 'a:9092', logger, isConnected: () => true })
}

function request(correlationId: number) {
  const { promise: answered, resolve, reject } = Promise.withResolvers<unknown>()
  const sendRequest = vi.fn<() => void>()
  const pushed: Pushed = { entry: { correlationId, resolve, reject }, expectResponse: true, sendRequest }
  return { pushed, sendRequest, answered }
}

it('sets no timer without a waiting request', async () => {
  const warnings: string[] = []
  const note = ({ name }: Error) => warnings.push(name)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const requests = queue()
  const { pushed, sendRequest, answered } = request(1)
  requests.push(pushed)
  expect(sendRequest).toHaveBeenCalledOnce()
  requests.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 })
  await answered
  // Node emits warnings one turn later, in order: this one comes after any of the queue.
  const last = once(process, 'warning')
  process.emitWarning('the last', 'LastWarning')
  await last
  expect(warnings).toEqual(['LastWarning'])
})

it('sends what a broker asked to hold back, when the time is over', async () => {
  const requests = queue()
  requests.maybeThrottle(30)
  const { pushed, sendRequest, answered } = request(1)
  requests.push(pushed)
  expect(sendRequest).not.toHaveBeenCalled()
  while (sendRequest.mock.calls.length === 0) await sleep(5)
  requests.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 })
  await answered
})
