import { parentPort } from 'node:worker_threads'
import { fetch } from '../protocol/fetch.ts'
import { readResponse } from '../protocol/request.ts'
import type { Order } from './messages.ts'
import { responseMemory } from './responseMemory.ts'
import { serveSegment } from './serveSegment.ts'
import { serveSocket } from './serveSocket.ts'
import { sharedBuffer } from './sharedBuffer.ts'

/* The program of the reader thread; readerThread.ts sends it orders. */

if (parentPort === null) throw new Error('this is a program for a thread')
const port = parentPort
/** Large responses, which are worth reading here. */
const readers = new Map([[fetch.key, (version: number, bytes: Buffer) => readResponse(fetch, version, bytes)]])
port.on('message', ({ kind, order }: Order) => {
  if (kind === 'segment') serveSegment(order)
  else void serveSocket(order, { room: responseMemory(sharedBuffer), readers })
})
// The thread is ready.
port.postMessage(null)
