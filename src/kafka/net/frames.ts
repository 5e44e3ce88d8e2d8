/** Splits the bytes of a connection into responses, without a copy of large ones. */
export interface Frames {
  /** Memory for the next bytes, up to its length. */
  room(): Uint8Array
  /** `length` bytes were written there. Throws a `FrameFault` where they are not a response. */
  filled(length: number): void
}

export interface FrameOwner {
  /** Memory for the `length` bytes after the correlation id of a response; null where no request has that id. */
  take(correlationId: number, length: number): Buffer | null
  /** The response is complete. */
  receive(correlationId: number, bytes: Buffer): void
}

/** The bytes are not the response of a Kafka broker. */
export class FrameFault extends Error {}

interface Frame {
  readonly correlationId: number
  readonly bytes: Buffer
  filled: number
}

const LENGTH = 4
const HEADER = 8
/** Small responses fit, and little of a large one has to be copied. */
const SCRATCH = 16 * 1024

/**
 * A response is a length, the correlation id of its request, and bytes whose memory the owner provides. The first bytes
 * go to scratch memory. Once the correlation id is known, the kernel writes the rest to the owner's memory.
 */
export function splitFrames(owner: FrameOwner): Frames {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH)
  let pending = 0
  let frame: Frame | null = null
  const fill = (length: number, { correlationId, bytes, filled }: Frame) => {
    const now = filled + length
    frame = now < bytes.length ? { correlationId, bytes, filled: now } : null
    if (frame === null) owner.receive(correlationId, bytes)
  }
  const open = (at: number): Frame => {
    const length = scratch.readInt32BE(at) + LENGTH - HEADER
    const correlationId = scratch.readInt32BE(at + LENGTH)
    // Checked before memory is allocated for it: the first bytes of another protocol are a large number, too.
    const bytes = length < 0 ? null : owner.take(correlationId, length)
    if (bytes === null) throw new FrameFault(`a response to no request (correlation id ${correlationId})`)
    return { correlationId, bytes, filled: 0 }
  }
  return {
    room: () => (frame === null ? scratch.subarray(pending) : frame.bytes.subarray(frame.filled)),
    filled: length => {
      if (frame !== null) return fill(length, frame)
      pending += length
      let at = 0
      while (pending - at >= HEADER) {
        const opened = open(at)
        const copied = scratch.copy(opened.bytes, 0, at + HEADER, pending)
        at += HEADER + copied
        fill(copied, opened)
      }
      scratch.copyWithin(0, at, pending)
      pending -= at
    },
  }
}
