/** Splits what a connection brings into responses, without a copy of what is large. */
export interface Frames {
  /** Where the next bytes are to be put: as many as there are, up to this length. */
  room(): Uint8Array
  /** So many bytes have been put there. Throws a `FrameFault` where they are no response. */
  filled(length: number): void
}

export interface FrameOwner {
  /** Room for the `length` bytes of the response to a request that follow its correlation id; null where nobody asked. */
  take(correlationId: number, length: number): Buffer | null
  /** All of them are there. */
  hear(correlationId: number, bytes: Buffer): void
}

/** What came is not what a broker of Kafka sends. */
export class FrameFault extends Error {}

interface Frame {
  readonly correlationId: number
  readonly bytes: Buffer
  filled: number
}

const LENGTH = 4
const HEADER = 8
/** Small responses fit, and of a large one not much has to be moved. */
const SCRATCH = 16 * 1024

/**
 * A response is a length, the number of its request, and bytes whose room is their owner's. Whatever comes first is read
 * into scratch memory; once it is known which response it is, the kernel writes the rest of it to where it stays.
 */
export function splitFrames(owner: FrameOwner): Frames {
  const scratch = Buffer.allocUnsafeSlow(SCRATCH)
  let pending = 0
  let frame: Frame | null = null
  const fill = (length: number, { correlationId, bytes, filled }: Frame) => {
    const now = filled + length
    frame = now < bytes.length ? { correlationId, bytes, filled: now } : null
    if (frame === null) owner.hear(correlationId, bytes)
  }
  const open = (at: number): Frame => {
    const length = scratch.readInt32BE(at) + LENGTH - HEADER
    const correlationId = scratch.readInt32BE(at + LENGTH)
    // Before anything is allocated by the length: another protocol's first bytes are a large number, too
    const bytes = length < 0 ? null : owner.take(correlationId, length)
    if (bytes === null) throw new FrameFault(`an answer that nobody asked for (correlation id ${correlationId})`)
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
