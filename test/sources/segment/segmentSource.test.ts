import { readdirSync, statSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KoffError } from '../../../src/errors.ts'
import { Fold } from '../../../src/runtime/fold.ts'
import { borrowReaderThread } from '../../../src/sources/readerThread/readerThread.ts'
import { recordingLines } from '../../../src/sources/recording/recordingLines.ts'
import { recordingSource } from '../../../src/sources/recording/recordingSource.ts'
import { segmentFile, segmentFilesIn } from '../../../src/sources/segment/segmentFile.ts'
import { type SegmentSourceOptions, segmentSource } from '../../../src/sources/segment/segmentSource.ts'
import type { Input } from '../../../src/state/input.ts'
import { encodeRecords } from '../../../src/wire/encodeRecords.ts'
import { batchBytes, messageBytes } from '../../wire/logBytes.ts'
import { batchesOf, faultsOf, inputsOf } from '../inputs.ts'

const corpus = join(import.meta.dirname, '../../corpus')
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'koff-segments-'))
})
afterAll(() => rm(directory, { recursive: true }))

// One for all that is read here: it takes longer to start than any of it to read.
const thread = borrowReaderThread()
afterAll(() => thread[Symbol.dispose]())

let files = 0
/** By this thread alone, and with the other one. */
async function readTwice(bytes: Buffer, options: SegmentSourceOptions = {}): Promise<[Input[], Input[]]> {
  const path = join(directory, `${files++}.log`)
  await writeFile(path, bytes)
  const segments = [await segmentFile(path)]
  const read = (threadFrom: number) => inputsOf(segmentSource(segments, { ...options, threadFrom }))
  return [await read(Number.POSITIVE_INFINITY), await read(0)]
}

/** The same, whoever reads it. */
async function readBytes(bytes: Buffer, options: SegmentSourceOptions = {}): Promise<Input[]> {
  const [alone, together] = await readTwice(bytes, options)
  expect(together).toEqual(alone)
  return alone
}

const batchAt = (offset: number, valueLength = 20): Buffer =>
  batchBytes({ baseOffset: offset, lastOffset: offset, baseTimestamp: 5, maxTimestamp: 5 }, [
    { offset, timestamp: 5, key: Buffer.from('key'), value: Buffer.alloc(valueLength, 2) },
  ])
const message = (offset: number): Buffer => messageBytes({ magic: 1, offset, timestamp: 1, key: null, value: null })
const log = (offsets: readonly number[]): Buffer => Buffer.concat(offsets.map(offset => batchAt(offset)))
const offsetsOf = (inputs: readonly Input[]): number[] => batchesOf(inputs).map(batch => batch.baseOffset)
const size = batchAt(0).length

/** How often this process has the file open. */
function timesOpen(path: string): number {
  const { ino } = statSync(path)
  const isThis = (fd: string) => statSync(`/dev/fd/${fd}`, { throwIfNoEntry: false })?.ino === ino
  return readdirSync('/dev/fd').filter(isThis).length
}

describe('segments of a real broker', () => {
  it('hold what its recording holds, in every field of every record', async () => {
    const recorded = await inputsOf(recordingSource(join(corpus, 'dev.records.ndjson.gz')))
    const read = await inputsOf(segmentSource(await segmentFilesIn(join(corpus, 'segments'))))
    expect(batchesOf(read)).toHaveLength(1002)
    expect(recordingLines(read).split('\n')).toEqual(recordingLines(recorded).split('\n'))
    expect(batchesOf(read).map(batch => batch.partition)).toEqual(batchesOf(recorded).map(batch => batch.partition))
  })

  it('are the same in chunks of any size', async () => {
    const segments = await segmentFilesIn(join(corpus, 'segments'))
    const whole = await inputsOf(segmentSource(segments))
    for (const chunkLength of [1, 100, 1_000, 4_096, 30_000]) {
      expect(await inputsOf(segmentSource(segments, { chunkLength }))).toEqual(whole)
      expect(await inputsOf(segmentSource(segments, { chunkLength, threadFrom: 0 }))).toEqual(whole)
    }
  })
})

describe('segmentSource', () => {
  it('reads the files of each partition in the order of the log, whatever order they are given in', async () => {
    const paths: string[] = []
    for (const [partition, offset] of [
      [10, 0],
      [2, 7],
      [2, 0],
    ] as const) {
      const folder = join(directory, `__consumer_offsets-${partition}`)
      await mkdir(folder, { recursive: true })
      paths.push(join(folder, `${String(offset).padStart(20, '0')}.log`))
      await writeFile(paths.at(-1) as string, log([offset, offset + 1]))
    }
    const read = await inputsOf(segmentSource(await Promise.all(paths.map(path => segmentFile(path)))))
    expect(batchesOf(read).map(batch => [batch.partition, batch.baseOffset])).toEqual([
      [2, 0],
      [2, 1],
      [2, 7],
      [2, 8],
      [10, 0],
      [10, 1],
    ])
    const found = await segmentFilesIn(directory)
    expect(found.map(file => file.path).sort()).toEqual(paths.toSorted())
  })

  it('takes the partition that it is told over the one of the directory', async () => {
    const path = join(corpus, 'segments/__consumer_offsets-3/00000000000000000000.log')
    expect(await segmentFile(path)).toMatchObject({ partition: 3, firstOffset: 0 })
    expect(await segmentFile(path, 12)).toMatchObject({ partition: 12 })
    await writeFile(join(directory, 'lone.log'), log([4]))
    expect(await segmentFile(join(directory, 'lone.log'))).toMatchObject({ partition: 0, firstOffset: 4 })
  })

  it('names a file that cannot be read', async () => {
    const missing = join(directory, 'missing.log')
    await expect(segmentFile(missing)).rejects.toThrow(
      new KoffError('INPUT_UNREADABLE', `${missing}: no such file or directory`),
    )
    await expect(segmentFilesIn(missing)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
    await mkdir(join(directory, 'empty'))
    await writeFile(join(directory, 'empty', 'server.log'), 'of a broker, and none of its segments\n')
    await expect(segmentFilesIn(join(directory, 'empty'))).rejects.toThrow(/holds neither segments \(0{20}\.log\) nor/)
    const gone = { path: missing, partition: 0, firstOffset: 0 }
    await expect(inputsOf(segmentSource([gone]))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })

  it('reads a batch that is longer than a chunk', async () => {
    const bytes = Buffer.concat([batchAt(0), batchAt(1, 50_000), batchAt(2)])
    expect(offsetsOf(await readBytes(bytes, { chunkLength: 1_000 }))).toEqual([0, 1, 2])
  })

  it('ends when it is told to', async () => {
    const controller = new AbortController()
    const path = join(directory, 'long.log')
    await writeFile(path, log([...Array(50).keys()]))
    const source = segmentSource([await segmentFile(path)], { chunkLength: 3 * size })
    const seen: number[] = []
    for await (const inputs of source.chunks(controller.signal)) {
      seen.push(...offsetsOf(inputs))
      if (seen.length >= 6) controller.abort()
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('ends when it is told to, also where another thread has read more', async () => {
    const controller = new AbortController()
    const path = join(directory, 'longer.log')
    await writeFile(path, log([...Array(1_000).keys()]))
    const source = segmentSource([await segmentFile(path)], { threadFrom: 0 })
    let chunks = 0
    for await (const inputs of source.chunks(controller.signal)) {
      expect(inputs.length).toBeLessThan(1_000)
      chunks++
      controller.abort()
    }
    expect(chunks).toBe(1)
  })

  it('tells how far it is', async () => {
    const seen: number[] = []
    await readBytes(log([0, 1, 2, 3]), { chunkLength: 2 * size, progress: ({ position }) => seen.push(position) })
    expect(seen).toContain(2 * size)
    expect(seen.at(-1)).toBe(4 * size)
  })
})

describe('a segment that is damaged', () => {
  it('gives what is whole of it and says what is missing, wherever it is cut', async () => {
    for (let length = 2 * size + 1; length < 3 * size; length++) {
      const inputs = await readBytes(log([0, 1, 2]).subarray(0, length))
      expect(offsetsOf(inputs)).toEqual([0, 1])
      const [fault, ...others] = faultsOf(inputs)
      const there = length - 2 * size
      expect(others).toEqual([])
      expect(fault).toMatchObject({ code: 'TRUNCATED', position: 2 * size, offset: there < 8 ? null : 2, partition: 0 })
      expect(fault?.reason).toBe(
        there < 26
          ? `the last batch is cut off: of its header, only ${there} bytes are there`
          : `the last batch is cut off: ${there} of its ${size} bytes are there, ${size - there} are missing`,
      )
    }
  })

  it('goes on behind a batch whose CRC is wrong', async () => {
    const bytes = log([0, 1, 2, 3])
    bytes[size + 80] = 0
    const inputs = await readBytes(bytes)
    expect(offsetsOf(inputs)).toEqual([0, 2, 3])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'CRC_MISMATCH', position: size, offset: 1 }])
    expect(faultsOf(inputs)[0]?.file).toMatch(/\.log$/)
  })

  it('ends without a fault in preallocated space, as much as there is', async () => {
    for (const zeros of [17, 61, 500, 100_000]) {
      const inputs = await readBytes(Buffer.concat([log([0, 1]), Buffer.alloc(zeros)]), { chunkLength: 200 })
      expect(inputs.map(input => input.kind)).toEqual(['batch', 'batch'])
    }
  })

  it('goes on behind zeros that are not the end', async () => {
    const inputs = await readBytes(Buffer.concat([log([0, 1]), Buffer.alloc(5_000), log([2])]), { chunkLength: 200 })
    expect(offsetsOf(inputs)).toEqual([0, 1, 2])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'BAD_BATCH', position: 2 * size }])
    expect(faultsOf(inputs)[0]?.reason).toMatch(/5000 bytes are skipped, up to the next batch/)
  })

  it('finds the next batch where a length is wrong', async () => {
    for (const length of [-1, 0, 13, 14, 60, size, size + 1, 300, 5_000, 0x7fffffff]) {
      const bytes = log([...Array(20).keys()])
      bytes.writeInt32BE(length, 5 * size + 8)
      const inputs = await readBytes(bytes, { chunkLength: 7 * size, maxBatchLength: 10_000 })
      const expected = [...Array(20).keys()].filter(offset => offset !== 5)
      expect([length, ...offsetsOf(inputs)]).toEqual([length, ...expected])
      expect(faultsOf(inputs)[0]).toMatchObject({ position: 5 * size, offset: 5 })
    }
  })

  it('reports bytes that are no log at all', async () => {
    const inputs = await readBytes(Buffer.alloc(10_000, 'no log '), { chunkLength: 500 })
    expect(inputs.map(input => input.kind)).toEqual(['fault'])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'BAD_BATCH', position: 0 }])
  })

  it('does not believe a length that no batch has, nor allocate it', async () => {
    const bytes = Buffer.concat([log([0]), batchAt(1, 3_000), log([2])])
    const inputs = await readBytes(bytes, { chunkLength: 500, maxBatchLength: 1_000 })
    expect(offsetsOf(inputs)).toEqual([0, 2])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'BAD_BATCH', position: size, offset: 1 }])
  })

  it('goes on in old message formats behind a wrong CRC', async () => {
    const bytes = Buffer.concat([message(0), message(1), message(2)])
    bytes[message(0).length + 20] = 9
    const inputs = await readBytes(bytes)
    expect(offsetsOf(inputs)).toEqual([0, 2])
    expect(faultsOf(inputs)).toMatchObject([{ code: 'CRC_MISMATCH', offset: 1 }])
  })

  it('survives a file that gets shorter while another thread reads it', async () => {
    const path = join(directory, 'shrinking-too.log')
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

  it('is closed by whoever leaves in the middle of it', async () => {
    const path = join(directory, 'left.log')
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
      const path = join(directory, `growing-${threadFrom}.log`)
      await writeFile(path, log([...Array(50).keys()]).subarray(0, -10))
      const source = segmentSource([await segmentFile(path)], { chunkLength: 2 * size, threadFrom })
      const seen: Input[] = []
      for await (const inputs of source.chunks(new AbortController().signal)) {
        if (seen.length === 0) await appendFile(path, log([...Array(60).keys()]).subarray(50 * size - 10))
        seen.push(...inputs)
      }
      expect(offsetsOf(seen)).toEqual([...Array(49).keys()])
      expect(faultsOf(seen)).toMatchObject([{ code: 'TRUNCATED', offset: 49, position: 49 * size }])
    },
  )

  it('survives a file that gets shorter while it is read', async () => {
    const path = join(directory, 'shrinking.log')
    await writeFile(path, log([...Array(20).keys()]))
    const source = segmentSource([await segmentFile(path)], { chunkLength: 2 * size })
    const seen: Input[] = []
    for await (const inputs of source.chunks(new AbortController().signal)) {
      seen.push(...inputs)
      // Four are in memory, two of them ahead
      await truncate(path, 5 * size + 40)
    }
    expect(offsetsOf(seen)).toEqual([0, 1, 2, 3, 4])
    expect(faultsOf(seen)).toMatchObject([{ code: 'TRUNCATED', position: 5 * size }])
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

  it('is told in the same words in whatever chunks it is read, and where it is in the file', async () => {
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
        const events = inputs.flatMap(input => fold.apply(input)).filter(({ type }) => type === 'koff-undecodable')
        told.add(JSON.stringify(events.filter(({ source }) => source.offset === 8)))
        expect(batchesOf(inputs).map(({ position }) => position / size)).toContain(7)
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
          for (const fault of faultsOf(inputs)) expect(fault.position).toBeLessThan(length)
          expect(offsetsOf(inputs)).toEqual(expect.arrayContaining(whole))
        }
      }),
      { numRuns: 300 },
    )
  })
})
