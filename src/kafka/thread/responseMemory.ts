import type { ResponseRoom } from '../net/socket.ts'

/** Above this, memory that a response needs is kept for the next one but one. */
const KEPT_FROM = 64 * 1024
/** Kept memory grows by whole steps, since no two full responses have the same length. */
const STEP = 1024 * 1024
/** So many small responses in a row, and what a large one needed is given back. */
const SMALL_IN_A_ROW = 64
const none = new ArrayBuffer(0)

/**
 * Room for responses: each is valid until the second one after it is taken. Two pieces of memory, as `allocate` gives them,
 * take turns: one response is worked on while the next one arrives. To use them again and again costs less than half of
 * allocating megabytes anew for each response, and keeps the process small.
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
