import { type BrokerSocket, openSocket, type ResponseRoom } from '../net/socket.ts'
import type { DestroyMessage, RequestMessage, SocketMessage, SocketOrder } from './socketMessages.ts'
import { writeFault } from './writtenFault.ts'

export interface SocketService {
  /** Memory that both threads see, for the large ones among the responses of one socket. */
  readonly room: ResponseRoom
  /** Are all checksums in this response to a Fetch right? */
  readonly check: (bytes: Buffer, fetchVersion: number) => boolean
}

/** Where a request has its correlation id: behind its length, its key and its version. */
const CORRELATION_ID_AT = 8

/** In the thread: opens a socket, and does with it what the other thread says, until either of them ends it. */
export async function serveSocket(order: SocketOrder, { room, check }: SocketService): Promise<void> {
  const { address, options, port } = order
  const closing = new AbortController()
  const tell = (message: SocketMessage) => port.postMessage(message)
  const request = async (socket: BrokerSocket, { id, bytes, fetchVersion }: RequestMessage) => {
    const encode = (correlationId: number) => {
      new DataView(bytes.buffer, bytes.byteOffset).setInt32(CORRELATION_ID_AT, correlationId)
      return bytes
    }
    const answer = await socket.exchange({ encode })
    const isChecked = fetchVersion !== undefined && check(answer.bytes, fetchVersion)
    tell({ kind: 'answer', id, bytes: answer.bytes, isChecked })
  }
  port.once('close', () => closing.abort(new Error('closed')))
  try {
    const opening = openSocket(address, options, closing.signal, room)
    port.on('message', (message: RequestMessage | DestroyMessage) => {
      if (message.kind === 'destroy') closing.abort(new Error('closed'))
      // What it ended of is told once, below
      else void opening.then(socket => request(socket, message)).catch(() => undefined)
    })
    const socket = await opening
    tell({ kind: 'opened' })
    tell({ kind: 'ended', fault: writeFault(await socket.ended) })
  } catch (error) {
    tell({ kind: 'ended', fault: writeFault(error) })
  } finally {
    port.close()
  }
}
