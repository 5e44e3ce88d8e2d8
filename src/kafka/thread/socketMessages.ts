import type { MessagePort } from 'node:worker_threads'
import type { Address } from '../../base/address.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import type { WrittenFault } from './writtenFault.ts'

/** What a thread needs to open a socket. All later messages go over `port`. */
export interface SocketOrder {
  readonly address: Address
  readonly options: Pick<BrokerOptions, 'tls' | 'requestTimeoutMs'>
  readonly port: MessagePort
}

/** To the thread: send this request. */
export interface RequestMessage {
  readonly kind: 'request'
  /** Repeated in the answer. */
  readonly id: number
  /** The request without its correlation id. */
  readonly bytes: Uint8Array
  /** API key and version: the thread uses them to find the function that reads the response. */
  readonly key: number
  readonly version: number
}

/** To the thread: close the socket. */
export interface DestroyMessage {
  readonly kind: 'destroy'
}

/** From the thread. */
export type SocketMessage =
  | { readonly kind: 'opened' }
  /** A response that the thread has read. */
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  /** A response that the thread cannot read. */
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'ended'; readonly fault: WrittenFault }
