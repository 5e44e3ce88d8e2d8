import { on } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type OpenSocket, openSocket } from '../net/socket.ts'
import { type Order, PARTS, type PartMessage, type Segment, type SoundPart } from './messages.ts'
import { responseMemory } from './responseMemory.ts'
import { openThreadSocket } from './threadSocket.ts'

/** The thread that does, beside this one, what comes before batches are opened: reads them, and checks their checksums. */
export interface ReaderThread extends Disposable {
  /** Starts it, which otherwise the first order does; it takes a while until it is ready. */
  start(): void
  /** What is best to open sockets with now: the thread, once it is ready; till then, whoever waited for it would lose time. */
  bestSockets(): OpenSocket
  /**
   * A segment file from its start, up to its size or to the first thing that is not as a broker of today writes it. Each
   * part is valid until the next one is asked for; the file must be open as long. Never fails.
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

/** All sources of a process share one thread, which lives as long as any of them has borrowed it. */
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
      // Perhaps nobody ever asks for the next one: that keeps no process
      port.unref()
      yield { bytes: Buffer.from(buffer, byteOffset, byteLength), bounds, position }
      port.ref()
      port.postMessage('more')
    }
  } finally {
    port.close()
  }
}

/** What is large is in memory that both threads see; for the rest it needs next to nothing. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 }

function started(): Worker {
  // In a checkout it is TypeScript, in a package what was made of it
  const program = new URL(`main${extname(import.meta.url)}`, import.meta.url)
  // Unless told, a thread compiles everything anew, in twice the time
  const compiled = getCompileCacheDir()
  const env = compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) }
  // Where a process has its own program as text, with --input-type, Node lets a thread begin with text only
  const text = `import(${JSON.stringify(program)})`
  const thread = new Worker(text, { eval: true, name: 'koff reader', resourceLimits, env })
  // It is whoever waits for it that keeps the process
  thread.unref()
  thread.once('message', () => (isReady = worker === thread))
  // Of what it died Node tells. Who goes on all the same must not wait for it
  thread.once('exit', () => {
    if (worker !== thread) return
    worker = null
    isReady = false
  })
  return thread
}
