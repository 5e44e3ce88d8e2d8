import { readdirSync, statSync } from 'node:fs'
import { appendFile, truncate, writeFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fold } from '../../../src/engine/fold.ts'
import { encodeRecords } from '../../../src/kafka/records/encodeRecords.ts'
import { apply } from '../../../src/pipeline/apply.ts'
import { segmentFile } from '../../../src/sources/segment/segmentFile.ts'
import { segmentSource } from '../../../src/sources/segment/segmentSource.ts'
import type { Input } from '../../../src/state/input.ts'
import { batchBytes, messageBytes } from '../../kafka/records/logBytes.ts'
import { batchesOf, faultsOf } from '../inputs.ts'
import { batchAt, log, offsetsOf, segmentReader, size } from './logs.ts'

const { pathOf, readBytes, readTwice } = segmentReader()

const message = (offset: number): Buffer => messageBytes({ magic: 1, offset, timestamp: 1, key: null, value: null })

/** How often this process has the file open. */
function timesOpen(path: string): number {
  const { ino } = statSync(path)
  const isThis = (fd: string) => statSync(`/dev/fd/${fd}`, { throwIfNoEntry: false })?.ino === ino
  return readdirSync('/dev/fd').filter(isThis).length
}

describe('a segment that is damaged', () => {
  it('gives its complete part and reports the missing bytes, wherever it is cut', async () => {
    for (let length = 2 * size + 1; length < 3 * size; length++) {
      const inputs = await readBytes(log([0, 1, 2]).subarray(0, length))
      expect(offsetsOf(inputs)).toEqual([0, 1])
      const [fault, ...others] = faultsOf(inputs)
      const there = length - 2 * size
      expect(others).toEqual([])
      expect(fault).toMatchObject({
        code: 'TRUNCATED',
        byteOffset: 2 * size,
        offset: there < 8 ? null : 2,
        partition: 0,
      })
      expect(fault?.reason).toBe(
        there < 26
          ? `the last batch is cut off: of its header, only ${there} bytes are there`
          : `the last batch is cut off: ${there} of its ${size} bytes are there, ${size - there} are missing`,
      )
    }
  })

  it('continues after a batch with a wrong CRC', async () => {
    const bytes = log([0, 1, 2, 3])
    bytes[size + 80] = 0
    const inputs = await readBytes(bytes)
    expect(offsetsOf(inputs)).toEqual([0, 2, 3])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'CRC_MISMATCH', byteOffset: size, offset: 1 }])
    expect(faultsOf(inputs)[0]?.file).toMatch(/\.log$/)
  })

  it('ends without a fault in preallocated space, as much as there is', async () => {
    for (const zeros of [17, 61, 500, 100_000]) {
      const inputs = await readBytes(Buffer.concat([log([0, 1]), Buffer.alloc(zeros)]), { chunkLength: 200 })
      expect(inputs.map(input => input.kind)).toEqual(['batch', 'batch'])
    }
  })

  it('continues after zeros that are not the end', async () => {
    const inputs = await readBytes(Buffer.concat([log([0, 1]), Buffer.alloc(5_000), log([2])]), { chunkLength: 200 })
    expect(offsetsOf(inputs)).toEqual([0, 1, 2])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'BAD_BATCH', byteOffset: 2 * size }])
    expect(faultsOf(inputs)[0]?.reason).toMatch(/5000 bytes are skipped, up to the next batch/)
  })

  it('finds the next batch where a length is wrong', async () => {
    for (const length of [-1, 0, 13, 14, 60, size, size + 1, 300, 5_000, 0x7fffffff]) {
      const bytes = log([...Array(20).keys()])
      bytes.writeInt32BE(length, 5 * size + 8)
      const inputs = await readBytes(bytes, { chunkLength: 7 * size, maxBatchLength: 10_000 })
      const expected = [...Array(20).keys()].filter(offset => offset !== 5)
      expect([length, ...offsetsOf(inputs)]).toEqual([length, ...expected])
      expect(faultsOf(inputs)[0]).toMatchObject({ byteOffset: 5 * size, offset: 5 })
    }
  })

  it('reports bytes that are no log at all', async () => {
    const inputs = await readBytes(Buffer.alloc(10_000, 'no log '), { chunkLength: 500 })
    expect(inputs.map(input => input.kind)).toEqual(['fault'])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'BAD_BATCH', byteOffset: 0 }])
  })

  it('does not believe a length that no batch has, nor allocate it', async () => {
    const bytes = Buffer.concat([log([0]), batchAt(1, 3_000), log([2])])
    const inputs = await readBytes(bytes, { chunkLength: 500, maxBatchLength: 1_000 })
    expect(offsetsOf(inputs)).toEqual([0, 2])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'BAD_BATCH', byteOffset: size, offset: 1 }])
  })

  it('continues in old message formats after a wrong CRC', async () => {
    const bytes = Buffer.concat([message(0), message(1), message(2)])
    bytes[message(0).length + 20] = 9
    const inputs = await readBytes(bytes)
    expect(offsetsOf(inputs)).toEqual([0, 2])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'CRC_MISMATCH', offset: 1 }])
  })

  it('survives a file that gets shorter while another thread reads it', async () => {
    const path = pathOf('shrinking-too.log')
    await writeFile(path, log([...Array(50).keys()]))
    const source = segmentSource([await segmentFile(path)], { chunkLength: 2 * size, threadFrom: 0 })
    const seen: Input[] = []
    for await (const inputs of source.chunks(new AbortController().signal)) {
      seen.push(...inputs)
      await truncate(path, 5 * size + 40)
    }
    // It is some parts ahead
    expect(offsetsOf(seen)).toEqual([...Array(offsetsOf(seen).length).keys()])
    expect(offsetsOf(seen).length).toBeGreaterThanOrEqual(5)
    expect(offsetsOf(seen).length).toBeLessThan(50)
  })

  it('is closed when its reader stops in the middle', async () => {
    const path = pathOf('left.log')
    await writeFile(path, log([...Array(50).keys()]))
    const source = segmentSource([await segmentFile(path)], { chunkLength: 2 * size, threadFrom: 0 })
    for await (const inputs of source.chunks(new AbortController().signal)) {
      expect(inputs).not.toEqual([])
      break
    }
    expect(timesOpen(path)).toBe(0)
  })

  it.each([Number.POSITIVE_INFINITY, 0])(
    'ends where a file that grows ended at first (threads from %d bytes)',
    async threadFrom => {
      const path = pathOf(`growing-${threadFrom}.log`)
      await writeFile(path, log([...Array(50).keys()]).subarray(0, -10))
      const source = segmentSource([await segmentFile(path)], { chunkLength: 2 * size, threadFrom })
      const seen: Input[] = []
      for await (const inputs of source.chunks(new AbortController().signal)) {
        if (seen.length === 0) await appendFile(path, log([...Array(60).keys()]).subarray(50 * size - 10))
        seen.push(...inputs)
      }
      expect(offsetsOf(seen)).toEqual([...Array(49).keys()])
      expect(faultsOf(seen)).toMatchObject([{ code: 'TRUNCATED', offset: 49, byteOffset: 49 * size }])
    },
  )

  it('survives a file that gets shorter while it is read', async () => {
    const path = pathOf('shrinking.log')
    await writeFile(path, log([...Array(20).keys()]))
    const source = segmentSource([await segmentFile(path)], { chunkLength: 2 * size })
    const seen: Input[] = []
    for await (const inputs of source.chunks(new AbortController().signal)) {
      seen.push(...inputs)
      // Four are in memory, two of them ahead
      await truncate(path, 5 * size + 40)
    }
    expect(offsetsOf(seen)).toEqual([0, 1, 2, 3, 4])
    expect(faultsOf(seen)).toMatchObject([{ code: 'TRUNCATED', byteOffset: 5 * size }])
  })

  it('loses no batch where the length of the one before reaches into it and the chunk ends there', async () => {
    const bytes = log([...Array(30).keys()])
    const missing: string[] = []
    for (let chunkLength = 400; chunkLength < 400 + size; chunkLength++) {
      for (const more of [1, 6, 20, 60]) {
        const damaged = Buffer.from(bytes)
        damaged.writeInt32BE(size - 12 + more, 19 * size + 8)
        for (const inputs of await readTwice(damaged, { chunkLength })) {
          if (!offsetsOf(inputs).includes(20)) missing.push(`${more} in chunks of ${chunkLength}`)
        }
      }
    }
    expect(missing).toEqual([])
  })

  it('is reported with the same text for any chunks, and with its position in the file', async () => {
    const one = { offset: 7, timestamp: 5, key: Buffer.from('key'), value: Buffer.alloc(20) }
    const body = Buffer.concat([encodeRecords([one], { offset: 7, timestamp: 5 }), Buffer.from([40, 0, 0])])
    const broken = batchBytes(
      { baseOffset: 7, lastOffset: 8, baseTimestamp: 5, maxTimestamp: 5, body, recordCount: 2 },
      [],
    )
    const bytes = Buffer.concat([log([0, 1, 2, 3, 4, 5, 6]), broken, log([9, 10])])
    const told = new Set<string>()
    for (const chunkLength of [100, 200, 300, 1000, 10_000]) {
      for (const inputs of await readTwice(bytes, { chunkLength })) {
        const fold = new Fold({ cluster: '', history: 'none' })
        const events = inputs.flatMap(input => apply(fold, input)).filter(({ type }) => type === 'koff-undecodable')
        told.add(JSON.stringify(events.filter(({ source }) => source.offset === 8)))
        expect(batchesOf(inputs).map(({ byteOffset }) => byteOffset / size)).toContain(7)
      }
    }
    expect([...told]).toEqual([expect.stringContaining('BAD_BATCH: a record of 20 bytes with 2 left')])
  })

  it('never throws or hangs on any changes to a log, and keeps its order', async () => {
    const bytes = log([...Array(30).keys()])
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) })
    const cut = fc.integer({ min: 1, max: bytes.length })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 10 }), cut, async (changes, length) => {
        const damaged = Buffer.from(bytes)
        for (const { at, byte } of changes) damaged[at] = byte
        const touched = new Set(changes.map(({ at }) => Math.floor(at / size)))
        const whole = [...Array(Math.floor(length / size)).keys()].filter(offset => !touched.has(offset))
        // How damage is told depends on how much of the log is seen together
        const options = { chunkLength: 500, maxBatchLength: 5_000 }
        for (const inputs of await readTwice(damaged.subarray(0, length), options)) {
          for (const fault of faultsOf(inputs)) expect(fault.byteOffset).toBeLessThan(length)
          expect(offsetsOf(inputs)).toEqual(expect.arrayContaining(whole))
        }
      }),
      { numRuns: 300 },
    )
  })
})
