import type { MessagePort } from 'node:worker_threads'
import type { Address } from '../net/address.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import type { WrittenFault } from './writtenFault.ts'

/** What a thread needs to open a socket. What it is told later, and what it tells, goes over `port`. */
export interface SocketOrder {
  readonly address: Address
  readonly options: Pick<BrokerOptions, 'tls' | 'requestTimeoutMs'>
  readonly port: MessagePort
}

/** Told to the thread: send this request. */
export interface RequestMessage {
  readonly kind: 'request'
  /** Comes back with the answer. */
  readonly id: number
  /** All of it, but for its correlation id. */
  readonly bytes: Uint8Array
  readonly fetchVersion: number | undefined
}

/** Told to the thread: close the socket. */
export interface DestroyMessage {
  readonly kind: 'destroy'
}

/** Told by the thread. */
export type SocketMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'answer'; readonly id: number; readonly bytes: Uint8Array; readonly isChecked: boolean }
  | { readonly kind: 'ended'; readonly fault: WrittenFault }
