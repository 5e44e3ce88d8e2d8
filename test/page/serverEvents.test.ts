import { expect, test } from 'vitest'
import { eventsIn, type ServerEvent } from '../../src/page/serverEvents.ts'

async function read(...chunks: readonly string[]) {
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk))
      controller.close()
    },
  })
  const events: ServerEvent[] = []
  for await (const event of eventsIn(stream)) events.push(event)
  return events
}

test('an event has its id, type and data', async () => {
  expect(await read('id: 7\nevent: rebalance\ndata: {"a":1}\n\n')).toEqual([
    { id: '7', type: 'rebalance', data: '{"a":1}' },
  ])
})

test('an event may come in pieces, and several in one', async () => {
  expect(await read('id: 1\nda', 'ta: x\n', '\nid: 2\ndata: y\n\n')).toEqual([
    { id: '1', type: 'message', data: 'x' },
    { id: '2', type: 'message', data: 'y' },
  ])
})

test('an id without data is the place to go on at', async () => {
  expect(await read(': nothing new\nid: 8\n\n')).toEqual([{ id: '8', type: 'message', data: '' }])
})

test('comments, retry and an event that was cut off give none', async () => {
  expect(await read('retry: 1000\n\n: still here\n\nid: 3\ndata: half')).toEqual([])
})

test('data of several lines is one text, also with CRLF', async () => {
  expect(await read('data: a\r\ndata: b\r\n\r\n')).toEqual([{ id: null, type: 'message', data: 'a\nb' }])
})
