import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchFaultCodes, compressions, type RecordBatch } from '../../../src/kafka/records/batch.ts'
import { encodeRecords } from '../../../src/kafka/records/encodeRecords.ts'
import { recordingLines } from '../../../src/sources/recording/recordingLines.ts'
import { recordingSource, recordingStreamSource } from '../../../src/sources/recording/recordingSource.ts'
import { openRecordingWriter } from '../../../src/sources/recording/write.ts'
import type { Input } from '../../../src/state/input.ts'
import { faultsOf, inputsOf } from '../inputs.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'koff-writing-'))
})
afterAll(() => rm(directory, { recursive: true }))

const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map(some => Buffer.from(some)))
const time = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.maxSafeNat())
const record = fc.record({
  gap: fc.nat(3),
  timestamp: time,
  key: bytes,
  value: bytes,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: bytes }), { maxLength: 2 }),
})
const batchFields = fc.record({
  kind: fc.constant('batch' as const),
  partition: fc.nat(2),
  records: fc.array(record, { minLength: 1, maxLength: 5 }),
  before: fc.nat(3),
  after: fc.nat(3),
  header: fc.record({
    magic: fc.constantFrom(0, 1, 2, 2, 2),
    leaderEpoch: fc.integer({ min: -1, max: 9 }),
    compression: fc.constantFrom(...compressions),
    timestampType: fc.constantFrom('NoTimestampType', 'CreateTime', 'LogAppendTime'),
    isTransactional: fc.boolean(),
    isControl: fc.boolean(),
    producerId: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    producerEpoch: fc.integer({ min: -1, max: 32_767 }),
    baseSequence: fc.integer({ min: -1, max: 0x7fffffff }),
  }),
})
const natural = fc.maxSafeNat()
const other = fc.oneof(
  fc.record({
    kind: fc.constant('logEnd' as const),
    topic: fc.string(),
    partition: fc.nat(9),
    logStart: natural,
    logEnd: natural,
    timestamp: time,
  }),
  fc.record({ kind: fc.constant('topic' as const), id: fc.string(), name: fc.string() }),
  fc.record({ kind: fc.constant('tick' as const), timestamp: time }),
  fc.record({
    kind: fc.constant('fault' as const),
    fault: fc.record({
      partition: fc.nat(9),
      offset: fc.option(natural),
      byteOffset: natural,
      code: fc.constantFrom(...batchFaultCodes),
      reason: fc.string(),
    }),
  }),
)

type Drawn =
  | (typeof batchFields extends fc.Arbitrary<infer T> ? T : never)
  | Exclude<Input, { kind: 'batch' | 'position' }>

/** Gives the batches of each partition ascending offsets, and lays them out. */
function laidOut(drawn: readonly Drawn[]): Input[] {
  const next = new Map<number, number>()
  return drawn.map(input => {
    if (input.kind !== 'batch') return input
    const { partition, header } = input
    const isMessage = header.magic < 2
    const first = next.get(partition) ?? 0
    const baseOffset = isMessage ? first + input.before : first
    let offset = baseOffset + (isMessage ? 0 : input.before)
    const base = input.records[0]?.timestamp ?? 0
    const isAppendTime = header.timestampType === 'LogAppendTime'
    const records = (isMessage ? input.records.slice(0, 1) : input.records).map((one, i) => {
      if (i > 0) offset += 1 + one.gap
      return { ...one, offset, timestamp: isAppendTime ? base : one.timestamp }
    })
    const lastOffset = isMessage ? baseOffset : offset + input.after
    next.set(partition, lastOffset + 1)
    const encoded = encodeRecords(records, { offset: baseOffset, timestamp: base })
    const batch: RecordBatch = {
      partition,
      byteOffset: 0,
      baseOffset,
      lastOffset,
      ...header,
      baseTimestamp: base,
      maxTimestamp: Math.max(...records.map(one => one.timestamp)),
      recordCount: records.length,
      bytes: encoded,
      start: 0,
      end: encoded.length,
    }
    return { kind: 'batch', batch }
  })
}

describe('recordingLines', () => {
  it('are read back as the inputs that they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(batchFields, other), { maxLength: 12 }), async drawn => {
        const inputs = laidOut(drawn)
        const lines = Readable.from([Buffer.from(recordingLines(inputs))])
        expect(await inputsOf(recordingStreamSource(lines, 'test'))).toEqual(inputs)
      }),
      { numRuns: 1_000 },
    )
  })

  it('say where the records of a batch could not be read', async () => {
    const [input] = laidOut(fc.sample(batchFields, { numRuns: 1, seed: 1 }))
    if (input?.kind !== 'batch') throw new Error('no batch was drawn')
    const broken: Input = { kind: 'batch', batch: { ...input.batch, recordCount: input.batch.recordCount + 1 } }
    const lines = Readable.from([Buffer.from(recordingLines([broken]))])
    expect(faultsOf(await inputsOf(recordingStreamSource(lines, 'test')))).toMatchObject([
      {
        code: 'BAD_BATCH',
        partition: input.batch.partition,
        offset: input.batch.baseOffset,
        byteOffset: input.batch.byteOffset,
      },
    ])
  })

  it('leave out a position and a batch without records', () => {
    const [input] = laidOut(fc.sample(batchFields, { numRuns: 1, seed: 1 }))
    if (input?.kind !== 'batch') throw new Error('no batch was drawn')
    const empty: Input = { kind: 'batch', batch: { ...input.batch, recordCount: 0, end: input.batch.start } }
    expect(recordingLines([empty, { kind: 'position', partition: 0, position: 5, logEnd: 5, timestamp: 1 }])).toBe('')
  })
})

describe('openRecordingWriter', () => {
  const inputs: Input[] = [1, 2, 3].map(timestamp => ({ kind: 'tick', timestamp }))

  for (const name of ['plain.ndjson', 'zipped.ndjson.gz']) {
    it(`writes ${name}, in place of what was there`, async () => {
      const path = join(directory, name)
      for (const times of [50_000, 2]) {
        const writer = openRecordingWriter(path)
        for (let i = 0; i < times; i++) await writer.write(inputs)
        await writer[Symbol.asyncDispose]()
        expect(await inputsOf(recordingSource(path))).toHaveLength(3 * times)
      }
      const head = await readFile(path)
      expect(head.readUInt16BE(0) === 0x1f8b).toBe(name.endsWith('.gz'))
    })
  }

  it('writes to standard output, and leaves it open', async () => {
    const stdout = new PassThrough()
    const writer = openRecordingWriter('-', { stdout })
    await writer.write(inputs)
    await writer[Symbol.asyncDispose]()
    stdout.end('the end')
    expect(await text(stdout)).toBe(`${recordingLines(inputs)}the end`)
  })

  it('says why it cannot write', async () => {
    for (const name of ['missing/some.ndjson', 'missing/some.ndjson.gz']) {
      const path = join(directory, name)
      const writer = openRecordingWriter(path)
      const failing = async (): Promise<void> => {
        for (;;) await writer.write(inputs)
      }
      await expect(failing()).rejects.toMatchObject({ code: 'SINK_FAILED' })
      await expect(writer[Symbol.asyncDispose]()).rejects.toThrow(
        `${path}: cannot be written: no such file or directory`,
      )
    }
  })
})
