import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Decoded, decodeRecord, decodeRecordAt, groupOf, type Undecodable } from '../../src/coordinator/decode.ts'
import { kafkaVersion, recordSpecs } from '../../src/coordinator/generated/recordTypes.ts'
import { decodeErrorCodes } from '../../src/kafka/records/reader.ts'
import { bytesOf, type CorpusRecord, corpusLines } from '../kafka/records/corpus.ts'
import { mutate, mutation } from '../kafka/records/mutations.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

/** Group metadata of group "g", and of an offset commit of "g", topic "t", partition 7. */
const groupKey = hex('0002 0001 67')
const commitKey = hex('0001 0001 67 0001 74 00000007')
const commitValue = hex('0003 000000000000002a 00000003 0004 6d657461 0000018bcfe56800')

describe('a record of the coordinator', () => {
  it('is an offset commit with its fields', () => {
    expect(decodeRecord(commitKey, commitValue)).toEqual({
      kind: 'record',
      dialect: 'kafka',
      typeId: 1,
      type: 'OFFSET_COMMIT',
      key: { group: 'g', topic: 't', partition: 7 },
      valueVersion: 3,
      value: {
        offset: 42n,
        leaderEpoch: 3,
        metadata: 'meta',
        commitTimestamp: 1_700_000_000_000n,
        expireTimestamp: -1n,
        topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      },
      keyRemaining: 0,
      valueRemaining: 0,
    })
  })

  it('with a null value is a tombstone', () => {
    expect(decodeRecord(groupKey, null)).toEqual({
      kind: 'record',
      dialect: 'kafka',
      typeId: 2,
      type: 'GROUP_METADATA',
      key: { group: 'g' },
      valueVersion: null,
      value: null,
      keyRemaining: 0,
      valueRemaining: 0,
    })
  })

  it('may have bytes after its end', () => {
    const decoded = decodeRecord(Buffer.concat([commitKey, hex('ff')]), Buffer.concat([commitValue, hex('0000')]))
    expect(decoded).toMatchObject({ kind: 'record', keyRemaining: 1, valueRemaining: 2 })
  })

  it('of a broker before 0.9 has record type 0, which is not unset', () => {
    const key = hex('0000 0001 67 0001 74 00000007')
    const value = hex('0000 7fffffffffffffff 0000 0000018bcfe56800')
    const decoded = decodeRecord(key, value)
    expect(decoded).toMatchObject({ type: 'LEGACY_OFFSET_COMMIT', typeId: 0, value: { offset: 2n ** 63n - 1n } })
  })

  it('keeps its bytes when the buffer that it came in is used again', () => {
    const { keyBase64, valueBase64 } = groupRecordWithMembers()
    const value = bytesOf(valueBase64)
    const decoded = decodeRecord(bytesOf(keyBase64), value)
    const before = JSON.stringify(decoded, stringOfBigInt)
    value?.fill(0xff)
    expect(JSON.stringify(decoded, stringOfBigInt)).toBe(before)
  })

  it('has its group, whatever the name of the field', () => {
    const consumerGroup = decodeRecord(hex('0003 0002 6768'), null)
    const classicGroup = decodeRecord(groupKey, null)
    expect([consumerGroup, classicGroup].map(decoded => decoded.kind === 'record' && groupOf(decoded))).toEqual([
      'gh',
      'g',
    ])
  })
})

describe('bytes that Kafka refuses are reported with part, code, position and reason', () => {
  const refused: [string, Decoded, Partial<Undecodable>][] = [
    ['no key', decodeRecord(null, commitValue), { part: 'key', code: 'NO_KEY', position: 0, typeId: null, type: null }],
    [
      'an empty key',
      decodeRecord(hex(''), commitValue),
      { part: 'key', code: 'NO_VERSION', position: 0, typeId: null },
    ],
    ['a key of one byte', decodeRecord(hex('00'), null), { part: 'key', code: 'NO_VERSION', position: 0 }],
    ['an empty value', decodeRecord(commitKey, hex('')), { part: 'value', code: 'NO_VERSION', position: 0, typeId: 1 }],
    ['an unknown type', decodeRecord(hex('0009'), null), { part: 'key', code: 'UNKNOWN_TYPE', typeId: 9, type: null }],
    ['a negative type', decodeRecord(hex('ffff'), commitValue), { part: 'key', code: 'UNKNOWN_TYPE', typeId: -1 }],
    [
      'an unknown version',
      decodeRecord(commitKey, hex('0005')),
      { part: 'value', code: 'UNKNOWN_VERSION', typeId: 1, type: 'OFFSET_COMMIT', version: 5 },
    ],
    ['a negative version', decodeRecord(commitKey, hex('ffff')), { code: 'UNKNOWN_VERSION', version: -1 }],
    [
      'a newer version under the legacy type',
      decodeRecord(hex('0000 0001 67 0001 74 00000007'), commitValue),
      { code: 'UNKNOWN_VERSION', version: 3, type: 'LEGACY_OFFSET_COMMIT' },
    ],
    [
      'a key that is cut off',
      decodeRecord(commitKey.subarray(0, 5), null),
      { part: 'key', code: 'UNDERFLOW', position: 5 },
    ],
    [
      'a name longer than the key',
      decodeRecord(hex('0002 0004 67'), null),
      { part: 'key', code: 'BAD_LENGTH', position: 4, reason: 'group: 4 bytes, with 1 left' },
    ],
    [
      'a null that may not be',
      decodeRecord(hex('0002 ffff'), null),
      { part: 'key', code: 'UNEXPECTED_NULL', position: 4, reason: 'group is null' },
    ],
    [
      'more elements than bytes',
      decodeRecord(groupKey, hex('0000 0000 00000001 ffff ffff 7fffffff 00')),
      { part: 'value', code: 'BAD_LENGTH', reason: 'members: 2147483647 elements, with 1 bytes left' },
    ],
    [
      'a varint without end',
      decodeRecord(hex('0003 0001 67'), hex('0000 00000001 ffffffffff01')),
      { part: 'value', code: 'BAD_VARINT', position: 6, type: 'CONSUMER_GROUP_METADATA', version: 0 },
    ],
  ]

  it.each(refused)('%s', (_, decoded, expected) => {
    expect(decoded).toMatchObject({ kind: 'undecodable', ...expected })
  })

  it('with every code that there is', () => {
    const codes = refused.map(([, decoded]) => (decoded.kind === 'undecodable' ? decoded.code : null))
    expect(new Set(codes)).toEqual(new Set(decodeErrorCodes))
  })

  it('and by what is known', () => {
    const { reason } = decodeRecord(commitKey, hex('0005')) as Undecodable
    expect(reason).toBe(`version 5 of OFFSET_COMMIT is unknown to Kafka ${kafkaVersion}: 0 to 4`)
  })
})

describe('whatever the bytes are', () => {
  const everyType = Object.values(recordSpecs)

  it('a record or a reason comes of them', () => {
    const anyBytes = fc.uint8Array({ maxLength: 64, size: 'max' }).map(bytes => Buffer.from(bytes))
    fc.assert(
      fc.property(
        fc.constantFrom(...everyType),
        fc.nat({ max: 5 }),
        anyBytes,
        anyBytes,
        (spec, version, key, value) => {
          const decoded = decodeRecord(
            Buffer.concat([Buffer.from([0, spec.typeId]), key]),
            Buffer.concat([Buffer.from([0, version]), value]),
          )
          expect(['record', 'undecodable']).toContain(decoded.kind)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  it('a place in a larger buffer says the same, and nothing around it matters', () => {
    const records = corpusLines<CorpusRecord>('dev.records').map(({ keyBase64, valueBase64 }) => ({
      key: bytesOf(keyBase64),
      value: bytesOf(valueBase64),
    }))
    fc.assert(
      fc.property(mutation, fc.uint8Array({ minLength: 8, maxLength: 8 }), (change, margin) => {
        const { key, value } = mutate(records, change)
        const bytes = Buffer.concat([margin, key ?? Buffer.alloc(0), value ?? Buffer.alloc(0), margin])
        const keyEnd = 8 + (key?.length ?? 0)
        const valueEnd = keyEnd + (value?.length ?? 0)
        const inside = decodeRecordAt(bytes, key === null ? -1 : 8, keyEnd, value === null ? -1 : keyEnd, valueEnd)
        expect(inside).toEqual(decodeRecord(key, value))
      }),
      { numRuns: 5_000 },
    )
  })

  it('every truncated real record is refused, or read as far as it goes', () => {
    const { keyBase64, valueBase64 } = groupRecordWithMembers()
    const key = bytesOf(keyBase64)
    const value = bytesOf(valueBase64) ?? Buffer.alloc(0)
    const kinds = Array.from({ length: value.length }, (_, end) => decodeRecord(key, value.subarray(0, end)).kind)
    expect(new Set(kinds)).toEqual(new Set(['undecodable']))
  })
})

function groupRecordWithMembers(): CorpusRecord {
  const records = corpusLines<CorpusRecord>('dev.records')
  const found = records.find(({ oracle }) => Array.isArray(oracle?.['embedded']) && oracle['embedded'].length > 1)
  if (found === undefined) throw new Error('no group with members in the recording')
  return found
}

function stringOfBigInt(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}
