import type { MessagePort } from 'node:worker_threads'
import type { SocketOrder } from './socketMessages.ts'

/** To the thread: what to do. */
export type Order =
  | { readonly kind: 'socket'; readonly order: SocketOrder }
  | { readonly kind: 'segment'; readonly order: SegmentOrder }

/** Each message over `port` requests one part, which is sent back over it. */
export interface SegmentOrder extends Segment {
  readonly port: MessagePort
}

export interface Segment {
  /** Of the file, which the other thread keeps open. */
  readonly fd: number
  /** How much of it is read, in bytes. */
  readonly size: number
  /** How much is read at a time, in bytes. */
  readonly length: number
}

/** Null: the rest of the file is not sound, or there is no more. */
export type PartMessage = SoundPart<Uint8Array> | null

export interface SoundPart<B = Buffer> {
  /**
   * Whole record batches of message format v2 with the right checksums; valid until the second next part is requested.
   */
  readonly bytes: B
  /** Where each batch begins in `bytes`, and where the last one ends. */
  readonly bounds: Uint32Array
  /** Where in the file they begin. */
  readonly position: number
}

/** The number of parts in memory: those that are ready or being read, and the one that is processed. */
export const PARTS = 3
