import { expect, test } from 'vitest'
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
import { areRecordsSound } from '../../../src/kafka/thread/areRecordsSound.ts'
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

test.each([4, 12] as const)('all records in a response (version %i) are looked at', version => {
  const sound = (records: readonly Buffer[]) => areRecordsSound(responseOf(version, records), version)
  expect(sound([])).toBe(true)
  expect(sound([Buffer.alloc(0), batch])).toBe(true)
  expect(sound([batch, Buffer.concat([batch, batch.subarray(0, 200)])])).toBe(true)
  expect(sound([batch, Buffer.concat([batch, damaged]), batch])).toBe(false)
  expect(sound([batch, damaged])).toBe(false)
})

test('what is no response is not sound', () => {
  const response = responseOf(12, [batch, batch])
  for (const length of [0, 1, 20, 100, response.length - 10]) {
    expect(areRecordsSound(response.subarray(0, length), 12)).toBe(false)
  }
})
