import { MessageChannel } from 'node:worker_threads'
import type { Address } from '../net/address.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { type Answer, type BrokerSocket, ConnectionFault } from '../net/socket.ts'
import type { DestroyMessage, RequestMessage, SocketMessage, SocketOrder } from './socketMessages.ts'
import { readFault } from './writtenFault.ts'

/**
 * Like `openSocket`, but the socket is another thread's, which `give` hands the order to, with its port: what comes over
 * the network is decrypted, put into memory and looked at while this thread works on what came before.
 */
export async function openThreadSocket(
  give: (order: SocketOrder) => void,
  address: Address,
  { tls, requestTimeoutMs }: BrokerOptions,
  signal: AbortSignal,
): Promise<BrokerSocket> {
  signal.throwIfAborted()
  const { port1: port, port2 } = new MessageChannel()
  const waiting = new Map<number, PromiseWithResolvers<Answer>>()
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  const { promise: ended, resolve: tellEnd } = Promise.withResolvers<Error>()
  let fault: Error | null = null
  let lastId = 0
  const say = (message: RequestMessage | DestroyMessage) => port.postMessage(message)
  const end = (reason: Error) => {
    if (fault !== null) return
    fault = reason
    say({ kind: 'destroy' })
    port.close()
    reject(fault)
    tellEnd(fault)
    for (const { reject } of waiting.values()) reject(fault)
    waiting.clear()
  }
  port.on('message', (message: SocketMessage) => {
    if (message.kind === 'opened') return resolve()
    if (message.kind === 'ended') return end(readFault(message.fault))
    const { id, bytes, isChecked } = message
    waiting.get(id)?.resolve({ bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), isChecked })
    waiting.delete(id)
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
    exchange: ({ encode, fetchVersion }) => {
      if (fault !== null) return Promise.reject(fault)
      const answer = Promise.withResolvers<Answer>()
      const id = ++lastId
      waiting.set(id, answer)
      // A copy: with a part of a Buffer's memory, all of that would go over
      say({ kind: 'request', id, bytes: new Uint8Array(encode(0)), fetchVersion })
      return answer.promise
    },
    destroy: end,
  }
}

function closed(): ConnectionFault {
  return new ConnectionFault('closed', 'connection closed')
}
