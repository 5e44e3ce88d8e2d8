import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RecordCursor } from '../../../src/kafka/records/recordCursor.ts'
import { recordingLines } from '../../../src/sources/recording/recordingLines.ts'
import { recordingSource, recordingStreamSource } from '../../../src/sources/recording/recordingSource.ts'
import type { Input } from '../../../src/state/input.ts'
import { batchesOf, inputsOf } from '../inputs.ts'

const corpus = join(import.meta.dirname, '../../corpus')
const dev = join(corpus, 'dev.records.ndjson.gz')
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'koff-recordings-'))
})
afterAll(() => rm(directory, { recursive: true }))

const stream = (...chunks: (string | Buffer)[]): Readable => Readable.from(chunks.map(chunk => Buffer.from(chunk)))
const read = (...chunks: (string | Buffer)[]): Promise<Input[]> =>
  inputsOf(recordingStreamSource(stream(...chunks), 'test'))

interface Line {
  readonly partition: number
  readonly offset: number
  readonly [field: string]: unknown
}

function record(partition: number, offset: number, more: Record<string, unknown> = {}): Line {
  return {
    partition,
    offset,
    timestamp: 1_000 + offset,
    timestampType: 'CreateTime',
    batchBaseOffset: offset,
    batchLastOffset: offset,
    magic: 2,
    leaderEpoch: 3,
    compression: 'none',
    isControl: false,
    isTransactional: false,
    producerId: -1,
    producerEpoch: -1,
    sequence: -1,
    keyBase64: 'AAE=',
    valueBase64: null,
    headers: [],
    ...more,
  }
}
const part = (partition: number, offset: number, base: number, last: number): Line =>
  record(partition, offset, { batchBaseOffset: base, batchLastOffset: last })
const tick = (timestamp: number): object => ({ kind: 'tick', timestamp })
const ndjson = (...lines: object[]): string => lines.map(line => `${JSON.stringify(line)}\n`).join('')
/** Where each batch stands and how many records it has; the kind of any other input. */
const outline = (inputs: readonly Input[]): string[] =>
  inputs.map(input => {
    if (input.kind !== 'batch') return input.kind
    const { partition, baseOffset, lastOffset, recordCount } = input.batch
    return `${partition}: ${baseOffset}-${lastOffset} (${recordCount})`
  })

describe('recordings of real brokers', () => {
  for (const name of ['dev', 'dev.compacted', 'old282']) {
    it(`give every field of every line of ${name}, in its order`, async () => {
      const path = join(corpus, `${name}.records.ndjson.gz`)
      const inputs = await inputsOf(recordingSource(path))
      const written = recordingLines(inputs).trimEnd().split('\n')
      const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n')
      expect(written).toHaveLength(lines.length)
      for (const [i, line] of lines.entries()) {
        expect(JSON.parse(line)).toMatchObject(JSON.parse(written[i] as string))
      }
    })
  }

  it('put every message of format v1 in a batch of its own', async () => {
    const inputs = await inputsOf(recordingSource(join(corpus, 'old282.records.ndjson.gz')))
    const old = batchesOf(inputs).filter(batch => batch.magic === 1)
    expect(old).toHaveLength(18)
    for (const batch of old) expect(batch).toMatchObject({ recordCount: 1, lastOffset: batch.baseOffset })
  })
})

describe('recordingSource', () => {
  it('gathers the lines of a batch, and fills in its header', async () => {
    const more = { batchBaseOffset: 9, batchLastOffset: 12, isTransactional: true, producerId: 7, producerEpoch: 2 }
    const headers = [{ key: 'h', valueBase64: 'AQ==' }]
    const inputs = await read(
      ndjson(record(4, 10, { ...more, sequence: 21 }), record(4, 12, { ...more, sequence: 23, timestamp: 5, headers })),
    )
    const [batch] = batchesOf(inputs)
    expect(batch).toMatchObject({
      partition: 4,
      baseOffset: 9,
      lastOffset: 12,
      leaderEpoch: 3,
      baseTimestamp: 1_010,
      maxTimestamp: 1_010,
      isTransactional: true,
      producerId: 7n,
      producerEpoch: 2,
      baseSequence: 20,
      recordCount: 2,
    })
    const cursor = new RecordCursor()
    if (batch !== undefined) cursor.open(batch)
    expect([cursor.next(), cursor.offset, cursor.timestamp, cursor.sequence]).toEqual([true, 10, 1_010, 21])
    expect([cursor.next(), cursor.offset, cursor.timestamp, cursor.sequence]).toEqual([true, 12, 5, 23])
    expect(cursor.headers()).toEqual([{ key: 'h', value: Buffer.from([1]) }])
    expect([cursor.next(), cursor.fault]).toEqual([false, null])
  })

  it('follows batches through lines of other partitions and kinds', async () => {
    const inputs = await read(
      ndjson(
        part(0, 0, 0, 2),
        part(1, 5, 4, 9),
        part(0, 1, 0, 2),
        tick(1),
        part(1, 6, 4, 9),
        part(0, 2, 0, 2),
        tick(2),
        part(0, 3, 3, 3),
        part(1, 10, 10, 10),
        tick(3),
      ),
    )
    expect(outline(inputs)).toEqual(['0: 0-2 (3)', '1: 4-9 (2)', 'tick', 'tick', '0: 3-3 (1)', '1: 10-10 (1)', 'tick'])
  })

  it('gives samples, topics, ticks and faults as they stand', async () => {
    const lines = [
      { kind: 'logEnd', topic: 't', partition: 3, logStart: 1, logEnd: 9, timestamp: 77 },
      { kind: 'topic', id: 'AAAAAAAAAAAAAAAAAAAAAQ', name: 't' },
      { kind: 'tick', timestamp: 78 },
    ]
    const rest = { partition: 1, offset: null, code: 'TRUNCATED', reason: 'cut off' }
    const written = { kind: 'fault', ...rest, position: 5 }
    const inputs = await read(ndjson(...lines, written, { ...written, file: 'a.log' }))
    const fault = { ...rest, byteOffset: 5 }
    expect(inputs).toEqual([...lines, { kind: 'fault', fault }, { kind: 'fault', fault: { ...fault, file: 'a.log' } }])
  })

  it('keeps a producer id exact beyond 2^53, whatever else is in its line', async () => {
    for (const id of ['9223372036854775807', '-9223372036854775808', '9007199254740993', '9007199254740992']) {
      const line = ndjson(record(0, 0)).replace('"producerId":-1', `"producerId":${id}`)
      expect(batchesOf(await read(line))[0]?.producerId).toBe(BigInt(id))
    }
  })

  it('reads lines however they are cut into chunks, zipped or not, with or without a last line feed', async () => {
    const text = ndjson(record(0, 0), record(0, 1, { keyBase64: 'x'.repeat(400) }), { kind: 'tick', timestamp: 5 })
    const expected = await read(text)
    expect(outline(expected)).toEqual(['0: 0-0 (1)', '0: 1-1 (1)', 'tick'])
    expect(await read(text.trimEnd())).toEqual(expected)
    expect(await read(text.replaceAll('\n', '\r\n\r\n'))).toEqual(expected)
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      for (const size of [1, 2, 7, 100]) {
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )
        expect(await read(...chunks)).toEqual(expected)
      }
    }
    expect(await read()).toEqual([])
    expect(await read('\n\n')).toEqual([])
  })

  it('knows gzip by its content, not by its name', async () => {
    const path = join(directory, 'zipped.ndjson')
    await writeFile(path, gzipSync(ndjson(record(0, 0))))
    expect(outline(await inputsOf(recordingSource(path)))).toEqual(['0: 0-0 (1)'])
  })

  it('reports its progress', async () => {
    const seen: unknown[] = []
    await inputsOf(recordingSource(dev, { progress: progress => seen.push(progress) }))
    const size = readFileSync(dev).length
    expect(seen.at(-1)).toEqual({ path: dev, position: size, size })
  })

  it('ends on request, also while it waits', async () => {
    const waiting = new PassThrough()
    waiting.write(ndjson(record(0, 0), { kind: 'tick', timestamp: 5 }))
    const controller = new AbortController()
    const seen: Input[] = []
    for await (const inputs of recordingStreamSource(waiting, 'test').chunks(controller.signal)) {
      seen.push(...inputs)
      setTimeout(() => controller.abort(), 5)
    }
    expect(outline(seen)).toEqual(['0: 0-0 (1)', 'tick'])
    expect(waiting.destroyed).toBe(true)
  })

  it('leaves no file open when the rest is not read', async () => {
    for await (const inputs of recordingSource(dev).chunks(new AbortController().signal)) {
      expect(inputs.length).toBeGreaterThan(0)
      break
    }
    const { promise, resolve } = Promise.withResolvers<string>()
    execFile('ls', ['-l', `/proc/${process.pid}/fd`], (_, stdout) => resolve(stdout))
    expect(await promise).not.toContain('dev.records.ndjson.gz')
  })
})

describe('a broken recording', () => {
  const good = ndjson(record(0, 0))
  const of = (more: object): string => ndjson({ ...record(0, 1), ...more })
  const { partition: _, ...withoutPartition } = record(0, 1)
  const base = { batchBaseOffset: 1, batchLastOffset: 5 }
  const broken: Record<string, [text: string, why: string]> = {
    'not JSON': ['{"partition":0,\n', 'is not JSON: '],
    'no object': ['7\n', 'is not a JSON object'],
    'a missing field': [ndjson(withoutPartition), 'partition: Invalid input: expected number, received undefined'],
    'a field of another type': [of({ offset: '1' }), 'offset: Invalid input: expected number, received string'],
    'a number that is not an integer': [of({ timestamp: 1.5 }), 'timestamp: Invalid input: expected int'],
    'an offset that is not safe': [of({ offset: 2 ** 53 }), 'offset: Too big'],
    'an unknown message format': [of({ magic: 3 }), 'magic: Invalid option: expected one of 0|1|2'],
    'an unknown codec': [of({ compression: 'brotli' }), 'compression: Invalid option'],
    'a key that is not base64': [of({ keyBase64: 'A*==' }), 'keyBase64: is not base64'],
    'a value of a wrong length': [of({ valueBase64: 'AAA' }), 'valueBase64: is not base64'],
    'a producer id with a fraction': [of({ producerId: 1.5 }), 'producerId: Invalid input'],
    'a producer id beyond int64': [
      ndjson(record(0, 1)).replace('"producerId":-1', '"producerId":9223372036854775808'),
      'producerId: is not an int64',
    ],
    'an unknown kind': [ndjson({ kind: 'snapshot' }), 'kind "snapshot" is not one of a recording'],
    'a sample without its topic': [ndjson({ kind: 'logEnd', partition: 1 }), 'topic: Invalid input'],
    'an offset that was there': [ndjson(record(0, 0)), 'offset 0 of partition 0 comes after 0: not in log order'],
    'an offset outside its batch': [of({ batchBaseOffset: 2 }), 'offset 1 is not in its batch, 2 to 1'],
    'a batch with too many offsets': [of({ batchLastOffset: 2 ** 32 }), 'impossible last offset 4294967296'],
    'another producer inside a batch': [
      of(base) + ndjson(record(0, 2, { ...base, producerId: 4 })),
      'producerId is not that of the other lines of its batch',
    ],
    'a batch that continues much later': [
      of(base) +
        ndjson(...Array.from({ length: 4_096 }, (_, timestamp) => ({ kind: 'tick', timestamp }))) +
        ndjson(record(0, 2, base)),
      'its batch had its last line before more than 4096 others',
    ],
  }
  for (const [name, [text, why]] of Object.entries(broken)) {
    it(`ends after what is complete, and names the line, at ${name}`, async () => {
      const seen: Input[] = []
      const lines = text.trimEnd().split('\n').length
      const reading = async (): Promise<void> => {
        const source = recordingStreamSource(stream(good + text + good), 'some file')
        for await (const inputs of source.chunks(new AbortController().signal)) seen.push(...inputs)
      }
      const error: unknown = await reading().catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'RECORDING_INVALID' })
      expect(String(error)).toContain(`some file, line ${1 + lines}: ${why}`)
      expect(outline(seen)[0]).toBe('0: 0-0 (1)')
    })
  }

  it('does not gather a line without end', async () => {
    const long = Buffer.alloc(1024 * 1024, 'x')
    let given = 0
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(good)
      for (; given < 1_000; given++) yield long
    }
    const source = recordingStreamSource(Readable.from(endless()), 'some file')
    await expect(inputsOf(source)).rejects.toMatchObject({
      code: 'RECORDING_INVALID',
      message: 'some file, line 2: is longer than 67108864 bytes',
    })
    expect(given).toBeLessThan(100)
  })

  it('ends an incomplete gzip stream after its complete lines', async () => {
    const text = ndjson(...Array.from({ length: 2_000 }, (_, offset) => record(0, offset)))
    const seen: Input[] = []
    const reading = async (): Promise<void> => {
      const source = recordingStreamSource(stream(gzipSync(text).subarray(0, -200)), 'some file')
      for await (const inputs of source.chunks(new AbortController().signal)) seen.push(...inputs)
    }
    await expect(reading()).rejects.toThrow(/^some file, after line \d+: gzip: unexpected end of file$/)
    expect(seen.length).toBeGreaterThan(100)
  })

  it('names a file that cannot be read', async () => {
    const path = join(directory, 'missing.ndjson')
    await expect(inputsOf(recordingSource(path))).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: `${path}: no such file or directory`,
    })
    await expect(inputsOf(recordingSource(directory))).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: `${directory}: is a directory`,
    })
  })
})
