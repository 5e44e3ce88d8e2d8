import { MessageChannel } from 'node:worker_threads'
import type { Address } from '../../base/address.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { type BrokerSocket, ConnectionFault, type Exchange } from '../net/socket.ts'
import type { DestroyMessage, RequestMessage, SocketMessage, SocketOrder } from './socketMessages.ts'
import { readFault } from './writtenFault.ts'

/**
 * As `openSocket`, but the socket belongs to another thread, to which `give` passes the order with its port. That
 * thread decrypts and reads a response while this one processes the response before it.
 */
export async function openThreadSocket(
  give: (order: SocketOrder) => void,
  address: Address,
  { tls, requestTimeoutMs }: BrokerOptions,
  signal: AbortSignal,
): Promise<BrokerSocket> {
  signal.throwIfAborted()
  const { port1: port, port2 } = new MessageChannel()
  const waiting = new Map<number, Waiting>()
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<Error>()
  let fault: Error | null = null
  let lastId = 0
  const send = (message: RequestMessage | DestroyMessage) => port.postMessage(message)
  const end = (reason: Error) => {
    if (fault !== null) return
    fault = reason
    send({ kind: 'destroy' })
    port.close()
    reject(fault)
    resolveEnded(fault)
    for (const { reject } of waiting.values()) reject(fault)
    waiting.clear()
  }
  port.on('message', (message: SocketMessage) => {
    if (message.kind === 'opened') return resolve()
    if (message.kind === 'ended') return end(readFault(message.fault))
    waiting.get(message.id)?.receive(message)
    waiting.delete(message.id)
  })
  port.once('close', () => end(new ConnectionFault('closed', 'connection closed')))
  signal.addEventListener('abort', () => end(signal.reason instanceof Error ? signal.reason : closed()), { once: true })
  const options = {
    ...(tls === undefined ? {} : { tls }),
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  }
  give({ address, options, port: port2 })
  await opened
  return {
    get isOpen() {
      return fault === null
    },
    ended,
    exchange: <T>({ encode, key, version, read, adopt }: Exchange<T>) => {
      if (fault !== null) return Promise.reject(fault)
      const response = Promise.withResolvers<T>()
      const receive: Waiting['receive'] = message => {
        try {
          response.resolve(message.kind === 'value' ? adopt(message.value as T) : read(bufferOf(message.bytes)))
        } catch (error) {
          response.reject(error)
        }
      }
      const id = ++lastId
      waiting.set(id, { receive, reject: response.reject })
      // Copied: a message with a part of a Buffer would transfer the memory of the whole Buffer.
      send({ kind: 'request', id, bytes: new Uint8Array(encode(0)), key, version })
      return response.promise
    },
    destroy: end,
  }
}

interface Waiting {
  readonly receive: (message: Extract<SocketMessage, { readonly kind: 'value' | 'bytes' }>) => void
  readonly reject: (error: Error) => void
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function closed(): ConnectionFault {
  return new ConnectionFault('closed', 'connection closed')
}
