import { expect, test } from 'vitest'
import { apiVersions } from '../../../src/kafka/protocol/apiVersions.ts'
import { fetch } from '../../../src/kafka/protocol/fetch.ts'
import { encodeRequest, pickVersion, type Request, readResponse } from '../../../src/kafka/protocol/request.ts'
import { writeText } from '../../../src/kafka/protocol/requestWriter.ts'
import { readText, readThrottleTime } from '../../../src/kafka/protocol/responseReader.ts'

const echo: Request<string, string> = {
  name: 'Echo',
  key: 99,
  versions: [2, 1],
  flexibleFrom: 2,
  write: (writer, text) => writeText(writer, text),
  read: reader => {
    readThrottleTime(reader)
    return readText(reader, 'text')
  },
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

test.each([
  ['without tagged fields', 1, '00000012 0063 0001 00000007 0004 6b6f6666 0002 6869'],
  ['with them', 2, '00000013 0063 0002 00000007 0004 6b6f6666 00 03 6869 00'],
])('a request is a length, a header and a body, in a version %s', (_, version, hex) => {
  expect(encodeRequest(echo, 'hi', { version, correlationId: 7, clientId: 'koff' })).toEqual(bytesOf(hex))
})

test.each([
  ['without tagged fields', 1, '00000005 0002 6869'],
  ['with them', 2, '00 00000005 03 6869 00'],
])('a response is read after its correlation id, with its throttle time, in a version %s', (_, version, hex) => {
  expect(readResponse(echo, version, bytesOf(hex))).toEqual({ value: 'hi', throttleMs: 5 })
})

test('the header of a response to ApiVersions has no tagged fields, since the client may not know them yet', () => {
  const body = '0000 02 0001 0004 000c 00 00000000 00'
  expect(readResponse(apiVersions, 3, bytesOf(body)).value).toEqual(new Map([[1, { min: 4, max: 12 }]]))
})

test('a request is sent in the best version that both sides speak', () => {
  const broker = (min: number, max: number) => new Map([[fetch.key, { min, max }]])
  expect(pickVersion(fetch, broker(0, 17))).toBe(12)
  expect(pickVersion(fetch, broker(0, 10))).toBe(10)
})

test('where there is no such version, the message names the versions of both sides', () => {
  const pick = (versions: Parameters<typeof pickVersion>[1]) => () => pickVersion(fetch, versions)
  expect(pick(new Map([[fetch.key, { min: 0, max: 3 }]]))).toThrow(
    'the broker speaks 0 to 3 of Fetch, koff 4 to 12; koff reads Kafka 2.4 and later',
  )
  expect(pick(new Map())).toThrow('the broker speaks none of Fetch, koff 4 to 12; koff reads Kafka 2.4 and later')
})
