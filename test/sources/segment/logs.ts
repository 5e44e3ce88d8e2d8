import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { borrowReaderThread } from '../../../src/kafka/thread/readerThread.ts'
import { segmentFile } from '../../../src/sources/segment/segmentFile.ts'
import { type SegmentSourceOptions, segmentSource } from '../../../src/sources/segment/segmentSource.ts'
import type { Input } from '../../../src/state/input.ts'
import { batchBytes } from '../../kafka/records/logBytes.ts'
import { batchesOf, inputsOf } from '../inputs.ts'

/** A folder for the segments of a test file, and what is read of them. */
export function segmentReader() {
  let directory = ''
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

  return { pathOf: (...names: string[]) => join(directory, ...names), readTwice, readBytes }
}

/** A batch of one record. */
export const batchAt = (offset: number, valueLength = 20): Buffer =>
  batchBytes({ baseOffset: offset, lastOffset: offset, baseTimestamp: 5, maxTimestamp: 5 }, [
    { offset, timestamp: 5, key: Buffer.from('key'), value: Buffer.alloc(valueLength, 2) },
  ])
export const log = (offsets: readonly number[]): Buffer => Buffer.concat(offsets.map(offset => batchAt(offset)))
export const offsetsOf = (inputs: readonly Input[]): number[] => batchesOf(inputs).map(batch => batch.baseOffset)
/** Of such a batch, in bytes. */
export const size = batchAt(0).length
