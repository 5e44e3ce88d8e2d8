import { type BrokerSocket, openSocket, type ResponseRoom } from '../net/socket.ts'
import type { DestroyMessage, RequestMessage, SocketMessage, SocketOrder } from './socketMessages.ts'
import { writeFault } from './writtenFault.ts'

export interface SocketService {
  /** Memory that both threads see, for the large responses of one socket. */
  readonly room: ResponseRoom
  /** By API key: how the thread reads a response. What it returns is copied to the other thread. */
  readonly readers: ReadonlyMap<number, ResponseReading>
}

export type ResponseReading = (version: number, bytes: Buffer) => unknown

/** The correlation id of a request follows its length, key and version. */
const CORRELATION_ID_AT = 8

/** In the thread: opens a socket and serves the requests of the other thread, until either of them closes it. */
export async function serveSocket(order: SocketOrder, { room, readers }: SocketService): Promise<void> {
  const { address, options, port } = order
  const closing = new AbortController()
  const send = (message: SocketMessage) => port.postMessage(message)
  const request = async (socket: BrokerSocket, { id, bytes: request, key, version }: RequestMessage) => {
    const encode = (correlationId: number) => {
      new DataView(request.buffer, request.byteOffset).setInt32(CORRELATION_ID_AT, correlationId)
      return request
    }
    const read = (bytes: Buffer) => readingOf(readers.get(key), version, bytes)
    const reading = await socket.exchange({ encode, key, version, read, adopt: own => own })
    send({ id, ...reading })
  }
  port.once('close', () => closing.abort(new Error('closed')))
  try {
    const opening = openSocket(address, options, closing.signal, room)
    port.on('message', (message: RequestMessage | DestroyMessage) => {
      if (message.kind === 'destroy') closing.abort(new Error('closed'))
      // The error that closed the socket is sent once, below.
      else void opening.then(socket => request(socket, message)).catch(() => undefined)
    })
    const socket = await opening
    send({ kind: 'opened' })
    send({ kind: 'ended', fault: writeFault(await socket.ended) })
  } catch (error) {
    send({ kind: 'ended', fault: writeFault(error) })
  } finally {
    port.close()
  }
}

type Reading =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

/** Malformed bytes go to the other thread, which reports them. */
function readingOf(reading: ResponseReading | undefined, version: number, bytes: Buffer): Reading {
  try {
    if (reading !== undefined) return { kind: 'value', value: reading(version, bytes) }
  } catch {}
  return { kind: 'bytes', bytes }
}
