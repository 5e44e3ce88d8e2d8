import { parentPort } from 'node:worker_threads'
import { areRecordsSound } from './areRecordsSound.ts'
import type { Order } from './messages.ts'
import { responseMemory } from './responseMemory.ts'
import { serveSegment } from './serveSegment.ts'
import { serveSocket } from './serveSocket.ts'
import { sharedBuffer } from './sharedBuffer.ts'

/* The thread that reads. It does what readerThread.ts orders. */

if (parentPort === null) throw new Error('this is a program for a thread')
const port = parentPort
port.on('message', ({ kind, order }: Order) => {
  if (kind === 'segment') serveSegment(order)
  else void serveSocket(order, { room: responseMemory(sharedBuffer), check: areRecordsSound })
})
// That it is ready
port.postMessage(null)
