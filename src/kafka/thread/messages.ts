import type { MessagePort } from 'node:worker_threads'
import type { SocketOrder } from './socketMessages.ts'

/** What the thread is told to do. */
export type Order =
  | { readonly kind: 'socket'; readonly order: SocketOrder }
  | { readonly kind: 'segment'; readonly order: SegmentOrder }

/** Each message over `port` asks for one part, and is answered by one. */
export interface SegmentOrder extends Segment {
  readonly port: MessagePort
}

export interface Segment {
  /** Of the file, which whoever orders has open. */
  readonly fd: number
  /** How much of it is read, in bytes. */
  readonly size: number
  /** How much is read at a time, in bytes. */
  readonly length: number
}

/** Null: what follows is not as it should be, or there is nothing more. */
export type PartMessage = SoundPart<Uint8Array> | null

export interface SoundPart<B = Buffer> {
  /** Whole record batches of message format v2 with the right checksums; valid until the next part but two is asked for. */
  readonly bytes: B
  /** Where in the file they begin. */
  readonly position: number
}

/** Parts that are ready or being made, one that is worked on among them. */
export const PARTS = 3
