import { on } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type OpenSocket, openSocket } from '../net/socket.ts'
import { type Order, PARTS, type PartMessage, type Segment, type SoundPart } from './messages.ts'
import { responseMemory } from './responseMemory.ts'
import { openThreadSocket } from './threadSocket.ts'

/** The thread that reads batches and checks their checksums, while this thread processes the batches before them. */
export interface ReaderThread extends Disposable {
  /** Starts the thread in advance; otherwise the first order starts it. It takes a while until it is ready. */
  start(): void
  /**
   * What to open sockets with now: the thread once it is ready, until then this thread, so that nothing waits for it.
   */
  bestSockets(): OpenSocket
  /**
   * A segment file from its start up to its size, or up to the first thing that a current broker would not write. Each
   * part is valid until the next one is requested; the file must stay open until then. Never fails.
   */
  soundParts(segment: Segment): AsyncGenerator<SoundPart, void, undefined>
}

let worker: Worker | null = null
let isReady = false
let borrowers = 0

const openSocketHere: OpenSocket = (address, options, signal) =>
  openSocket(
    address,
    options,
    signal,
    responseMemory(length => Buffer.allocUnsafeSlow(length)),
  )

/** All sources of a process share one thread, which lives as long as any of them uses it. */
export function borrowReaderThread(): ReaderThread {
  borrowers++
  let isBorrowed = true
  const start = () => {
    if (!isBorrowed) throw new Error('the reader thread was given back')
    worker ??= started()
    return worker
  }
  const give = (order: Order, port: MessagePort) => start().postMessage(order, [port])
  const openSocketThere: OpenSocket = (...where) =>
    openThreadSocket(order => give({ kind: 'socket', order }, order.port), ...where)
  return {
    start,
    bestSockets: () => (isReady ? openSocketThere : openSocketHere),
    soundParts: segment => soundParts(port => give({ kind: 'segment', order: { ...segment, port } }, port)),
    [Symbol.dispose]: () => {
      if (!isBorrowed) return
      isBorrowed = false
      borrowers--
      if (borrowers > 0) return
      void worker?.terminate()
      worker = null
      isReady = false
    },
  }
}

async function* soundParts(give: (port: MessagePort) => void): AsyncGenerator<SoundPart, void, undefined> {
  const { port1: port, port2 } = new MessageChannel()
  try {
    const messages = on(port, 'message', { close: ['close'] }) as AsyncIterable<[PartMessage]>
    give(port2)
    for (let asked = 0; asked < PARTS; asked++) port.postMessage('more')
    for await (const [part] of messages) {
      if (part === null) return
      const { bounds, position } = part
      const { buffer, byteOffset, byteLength } = part.bytes
      // A part that is never requested must not keep the process alive.
      port.unref()
      yield { bytes: Buffer.from(buffer, byteOffset, byteLength), bounds, position }
      port.ref()
      port.postMessage('more')
    }
  } finally {
    port.close()
  }
}

/** Large responses are in memory that both threads share; the thread needs little else. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 }

function started(): Worker {
  // In a checkout it is TypeScript, in the package it is JavaScript.
  const program = new URL(`main${extname(import.meta.url)}`, import.meta.url)
  // Without this, a thread compiles everything again, which takes twice as long.
  const compiled = getCompileCacheDir()
  const env = compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) }
  // Where the program of a process is given as text (--input-type), Node starts threads from text only.
  const text = `import(${JSON.stringify(program)})`
  const thread = new Worker(text, { eval: true, name: 'koff reader', resourceLimits, env })
  // Only a caller that waits for the thread keeps the process alive.
  thread.unref()
  thread.once('message', () => (isReady = worker === thread))
  // Node reports the cause of its death; callers must not wait for a dead thread.
  thread.once('exit', () => {
    if (worker !== thread) return
    worker = null
    isReady = false
  })
  return thread
}
