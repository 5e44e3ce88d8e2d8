import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameFault, type Frames, splitFrames } from '../../../src/kafka/net/frames.ts'

const asked = 7

/** Frames as a broker sends them, whose owner knows the ids of `bodies`. */
function collect(bodies: ReadonlyMap<number, Buffer>): { frames: Frames; heard: Map<number, Buffer> } {
  const heard = new Map<number, Buffer>()
  const frames = splitFrames({
    take: (id, length) => (bodies.has(id) ? Buffer.alloc(length) : null),
    receive: (id, bytes) => heard.set(id, bytes),
  })
  return { frames, heard }
}

function frame(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeInt32BE(body.length + 4, 0)
  header.writeInt32BE(id, 4)
  return Buffer.concat([header, body])
}

/** Puts bytes where there is room for them, at most `most` at a time, as a socket does. */
function pour(bytes: Buffer, into: Frames, most: number): void {
  for (let at = 0; at < bytes.length; ) {
    const room = into.room()
    const part = bytes.subarray(at, at + Math.min(most, room.length))
    room.set(part)
    into.filled(part.length)
    at += part.length
  }
}

test('responses come whole, in whatever pieces they arrive', () => {
  const sizes = fc.array(fc.oneof(fc.nat(40), fc.constantFrom(16_376, 16_384, 50_000)), { maxLength: 5 })
  fc.assert(
    fc.property(sizes, fc.constantFrom(1, 7, 1000, 1_000_000), (lengths, most) => {
      const bodies = new Map(lengths.map((length, id) => [id, Buffer.alloc(length, id + 1)]))
      const { frames, heard } = collect(bodies)
      pour(Buffer.concat([...bodies].map(([id, body]) => frame(id, body))), frames, most)
      expect([...heard]).toEqual([...bodies])
    }),
    { numRuns: 60 },
  )
})

test('the rest of a large response is put where it stays', () => {
  const body = Buffer.alloc(100_000, 1)
  const { frames, heard } = collect(new Map([[asked, body]]))
  pour(frame(asked, body).subarray(0, 20_000), frames, 1_000_000)
  const room = frames.room()
  pour(frame(asked, body).subarray(20_000), frames, 1_000_000)
  expect(room.buffer).toBe(heard.get(asked)?.buffer)
  expect(heard.get(asked)).toEqual(body)
})

test('a response without a request takes no memory and is an error', () => {
  const taken: number[] = []
  const owner = {
    take: (_: number, length: number) => {
      taken.push(length)
      return null
    },
    receive: () => undefined,
  }
  const http = Buffer.from('HTTP/1.1 400 Bad Request')
  expect(() => pour(http, splitFrames(owner), 1000)).toThrow(FrameFault)
  expect(taken).toEqual([http.readInt32BE(0) - 4])
  const negative = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, asked])
  const { frames } = collect(new Map([[asked, Buffer.alloc(0)]]))
  expect(() => pour(negative, frames, 1000)).toThrow(FrameFault)
})
