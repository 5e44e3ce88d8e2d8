import { gzipSync } from 'node:zlib'
import { crc32c } from '@node-rs/crc32'
import * as fc from 'fast-check'
import { compressSync } from 'snappy'
import { describe, expect, it } from 'vitest'
import { batchCodecs } from '../../../src/kafka/codecs/codecs.ts'
import { compress } from '../records/logBytes.ts'

const codecs = batchCodecs()
const limited = batchCodecs({ maxOutputLength: 100_000 })
const names = ['gzip', 'snappy', 'lz4', 'zstd'] as const

/** Blocks of snappy in the framing of xerial's snappy-java. */
function xerial(...blocks: Buffer[]): Buffer {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const framed = blocks.flatMap(block => {
    const packed = compressSync(block)
    const length = Buffer.alloc(4)
    length.writeInt32BE(packed.length)
    return [length, packed]
  })
  return Buffer.concat([header, ...framed])
}

describe('batchCodecs', () => {
  it('computes the checksums of both message formats', () => {
    expect(codecs.crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
    expect(codecs.crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  })

  it('computes the same CRC32C of short and of long parts', () => {
    const bytes = random(700)
    for (let length = 0; length < 600; length++) {
      for (const start of [0, 1, 77]) {
        expect(codecs.crc32c(bytes, start, start + length)).toBe(crc32c(bytes.subarray(start, start + length)))
      }
    }
  })

  for (const name of names) {
    it(`decompresses ${name}`, () => {
      for (const plain of [Buffer.alloc(0), Buffer.from('abc'), Buffer.alloc(99_999, 'some text'), random(70_000)]) {
        expect(codecs.decompress(name, compress(name, plain)).equals(plain)).toBe(true)
      }
      const allowed = random(60_000)
      expect(limited.decompress(name, compress(name, allowed)).equals(allowed)).toBe(true)
    })

    it(`refuses ${name} that would get too long, without getting it`, () => {
      const bomb = compress(name, Buffer.alloc(50_000_000))
      const before = process.memoryUsage()
      expect(() => limited.decompress(name, bomb)).toThrow(/100000/)
      const after = process.memoryUsage()
      expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(10_000_000)
    })

    it(`throws on anything that is not ${name}, and gives no more than is allowed of what is`, () => {
      const sound = compress(name, Buffer.alloc(5_000, 'some text '))
      const change = fc.record({ at: fc.nat(sound.length - 1), byte: fc.nat(255) })
      fc.assert(
        fc.property(fc.array(change, { maxLength: 5 }), fc.nat(sound.length), (changes, length) => {
          const bytes = Buffer.from(sound.subarray(0, length))
          for (const { at, byte } of changes) if (at < length) bytes[at] = byte
          expect(lengthOrError(() => limited.decompress(name, bytes))).toSatisfy(
            result => result instanceof Error || (typeof result === 'number' && result <= 100_000),
          )
        }),
        { numRuns: 1_000 },
      )
    })
  }

  it('reads the framing in which Kafka writes snappy', () => {
    const [one, two] = [Buffer.alloc(32_768, 'one'), Buffer.from('two')]
    expect(codecs.decompress('snappy', xerial(one, two))).toEqual(Buffer.concat([one, two]))
    expect(codecs.decompress('snappy', xerial(one))).toEqual(one)
    expect(codecs.decompress('snappy', xerial())).toEqual(Buffer.alloc(0))
    expect(() => codecs.decompress('snappy', xerial(one, two).subarray(0, -1))).toThrow(/the block at byte \d+ is cut/)
    expect(() => limited.decompress('snappy', xerial(...Array<Buffer>(4).fill(one)))).toThrow(/more than/)
  })

  it('is content with what follows a gzip member, as Java is', () => {
    const bytes = Buffer.concat([gzipSync('abc'), Buffer.alloc(5)])
    expect(codecs.decompress('gzip', bytes).toString()).toBe('abc')
  })
})

function random(length: number): Buffer {
  let state = 1
  return Buffer.from(Array.from({ length }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16))
}

function lengthOrError(decompress: () => Buffer): unknown {
  try {
    return decompress().length
  } catch (error) {
    return error
  }
}
