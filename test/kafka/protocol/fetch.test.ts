import { expect, test } from 'vitest'
import { fetch } from '../../../src/kafka/protocol/fetch.ts'
import { readResponse } from '../../../src/kafka/protocol/request.ts'
import {
  requestWriter,
  writeArray,
  writeBytes,
  writeInt16,
  writeInt32,
  writeInt64,
  writeNoTags,
  writeText,
  written,
} from '../../../src/kafka/protocol/requestWriter.ts'
import { DecodeFault } from '../../../src/kafka/records/reader.ts'
import { batchBytes } from '../records/logBytes.ts'

/** What follows the correlation id in a response to Fetch, as brokers write it (Kafka's FetchResponse). */
function responseOf(version: 4 | 12, records: readonly Buffer[]): Buffer {
  const writer = requestWriter(version === 12)
  writeNoTags(writer) // of the header
  writeInt32(writer, 0) // throttle time
  if (version === 12) writeInt16(writer, 0)
  if (version === 12) writeInt32(writer, 0)
  writeArray(writer, ['__consumer_offsets'], topic => {
    writeText(writer, topic)
    writeArray(writer, [...records.entries()], ([partition, bytes]) => {
      writeInt32(writer, partition)
      writeInt16(writer, 0)
      writeInt64(writer, 100n)
      writeInt64(writer, 100n)
      if (version === 12) writeInt64(writer, 0n)
      writeArray(writer, [], () => undefined)
      if (version === 12) writeInt32(writer, -1)
      writeBytes(writer, bytes)
    })
  })
  writeNoTags(writer)
  return Buffer.from(written(writer))
}

const batch = batchBytes({ baseOffset: 0, lastOffset: 0, baseTimestamp: 5, maxTimestamp: 5 }, [
  { offset: 0, timestamp: 5, key: Buffer.from('key'), value: Buffer.alloc(300) },
])
const damaged = Buffer.from(batch)
damaged[100] = 1

const read = (version: 4 | 12, bytes: Buffer) => readResponse(fetch, version, bytes).value

test.each([4, 12] as const)('the batches in a response (version %i) are walked, with their checksums', version => {
  const sound = (records: readonly Buffer[]) =>
    read(version, responseOf(version, records)).partitions.map(({ walk }) => walk.isSound)
  expect(sound([])).toEqual([])
  expect(sound([Buffer.alloc(0), batch])).toEqual([true, true])
  expect(sound([batch, Buffer.concat([batch, batch.subarray(0, 200)])])).toEqual([true, true])
  expect(sound([batch, Buffer.concat([batch, damaged]), batch])).toEqual([true, false, true])
})

test('the records are a part of the response, also after another thread has read it', () => {
  const bytes = responseOf(12, [batch, batch])
  const response = read(12, bytes)
  const copied = structuredClone(response)
  for (const { partitions } of [response, fetch.adopt?.(copied) ?? copied]) {
    expect(partitions.map(({ partition, logEnd, errorCode }) => [partition, logEnd, errorCode])).toEqual([
      [0, 100, 0],
      [1, 100, 0],
    ])
    for (const { records } of partitions) expect(Buffer.isBuffer(records) && records.equals(batch)).toBe(true)
  }
  expect(response.partitions[0]?.records.buffer).toBe(bytes.buffer)
})

test('malformed bytes are a decode fault', () => {
  const response = responseOf(12, [batch, batch])
  for (const length of [0, 1, 20, 100, response.length - 10]) {
    expect(() => read(12, response.subarray(0, length))).toThrow(DecodeFault)
  }
})
