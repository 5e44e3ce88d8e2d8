import { readSync } from 'node:fs'
import { soundLength } from '../codecs/soundLength.ts'
import { PARTS, type PartMessage, type SegmentOrder } from './messages.ts'
import { sharedBuffer } from './sharedBuffer.ts'

/** In the thread: reads a segment file for as long as all is well, one part each time the other thread asks. */
export function serveSegment(order: SegmentOrder): void {
  const { port } = order
  const parts = soundParts(order)
  port.on('message', () => port.postMessage(parts.next().value ?? null))
}

/** Errors of the file end the parts: whoever reads on from there meets them, and tells. */
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
      const sound = soundLength(buffer.subarray(0, end))
      if (sound.length > 0) yield { bytes: buffer.subarray(0, sound.length), position }
      if (sound.length === 0 || !sound.isSound) return
      position += sound.length
      left = buffer.subarray(sound.length, end)
    }
  } catch {
    return
  }
}
