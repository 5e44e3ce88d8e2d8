import type { ResponseRoom } from '../net/socket.ts'

/** Responses above this size get memory that is kept and reused for the second next one. */
const KEPT_FROM = 64 * 1024
/** Kept memory grows in steps, since no two full responses have the same length. */
const STEP = 1024 * 1024
/** After this many small responses in a row, the memory of a large one is released. */
const SMALL_IN_A_ROW = 64
const none = new ArrayBuffer(0)

/**
 * Memory for responses: each is valid until the second one after it is taken. Two pieces of memory take turns: one
 * response is processed while the next one arrives. Reusing them costs less than half of allocating megabytes for each
 * response, and keeps the process small.
 */
export function responseMemory(allocate: (length: number) => Buffer): ResponseRoom {
  let free: Buffer = Buffer.from(none)
  let next: Buffer = Buffer.from(none)
  let small = 0
  const take = (length: number) => {
    if (length < KEPT_FROM) {
      small++
      if (small === SMALL_IN_A_ROW) free = next = Buffer.from(none)
      return Buffer.allocUnsafeSlow(length)
    }
    small = 0
    const kept = free.length >= length ? free : allocate(Math.ceil(length / STEP) * STEP)
    free = next
    next = kept
    return kept.subarray(0, length)
  }
  return { take }
}
