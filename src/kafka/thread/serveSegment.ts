import { readSync } from 'node:fs'
import { crc32c } from '../codecs/crc32c.ts'
import { walkBatches } from '../records/walkBatches.ts'
import { PARTS, type PartMessage, type SegmentOrder } from './messages.ts'
import { sharedBuffer } from './sharedBuffer.ts'

/** In the thread: reads a segment file while it is sound, one part each time the other thread asks. */
export function serveSegment(order: SegmentOrder): void {
  const { port } = order
  const parts = soundParts(order)
  port.on('message', () => port.postMessage(parts.next().value ?? null))
}

/** An error of the file ends the parts: the reader that continues from there reports it. */
function* soundParts({ fd, size, length }: SegmentOrder): Generator<PartMessage, void, undefined> {
  const buffers = Array.from({ length: PARTS }, () => sharedBuffer(length))
  try {
    let left: Buffer = Buffer.alloc(0)
    let position = 0
    for (let turn = 0; ; turn = (turn + 1) % PARTS) {
      const buffer = buffers[turn] as Buffer
      left.copy(buffer)
      const room = Math.min(length, size - position) - left.length
      const end = left.length + readSync(fd, buffer, left.length, room, position + left.length)
      const { bounds, isSound } = walkBatches(buffer.subarray(0, end), crc32c)
      const walked = bounds.at(-1) ?? 0
      if (walked > 0) yield { bytes: buffer.subarray(0, walked), bounds, position }
      if (walked === 0 || !isSound) return
      position += walked
      left = buffer.subarray(walked, end)
    }
  } catch {
    return
  }
}
