import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../../src/coordinator/decode.ts'
import { controlLine, decodeLine } from '../../src/coordinator/json.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const position = { partition: 3, offset: 12, timestamp: 1_700_000_000_000 }
const commitKey = hex('0001 0001 67 0001 74 00000007')

function lineOf(key: Buffer | null, value: Buffer | null): unknown {
  const line = decodeLine(position, decodeRecord(key, value))
  expect(line).not.toContain('\n')
  return JSON.parse(line)
}

describe('the line of a decoded record', () => {
  it('has the fields of its version, the group, and no tagged field at its default', () => {
    const withoutId = hex('0004 000000000000002a ffffffff 01 0000018bcfe56800 00')
    expect(lineOf(commitKey, withoutId)).toEqual({
      ...position,
      typeId: 1,
      type: 'OFFSET_COMMIT',
      group: 'g',
      key: { group: 'g', topic: 't', partition: 7 },
      valueVersion: 4,
      value: { offset: 42, leaderEpoch: -1, metadata: '', commitTimestamp: 1_700_000_000_000 },
    })
  })

  it('shows a tagged field that is set', () => {
    const withId = hex('0004 000000000000002a ffffffff 01 0000018bcfe56800 01 00 10 00000000000000010000000000000002')
    expect(lineOf(commitKey, withId)).toMatchObject({ value: { topicId: 'AAAAAAAAAAEAAAAAAAAAAg' } })
  })

  it('has an int64 as a number while that is exact, else as a string', () => {
    const offset = (text: string): unknown => lineOf(commitKey, hex(`0000 ${text} 0000 0000000000000000`))
    expect(offset('001fffffffffffff')).toMatchObject({ value: { offset: 9_007_199_254_740_991 } })
    expect(offset('0020000000000000')).toMatchObject({ value: { offset: '9007199254740992' } })
    expect(offset('8000000000000000')).toMatchObject({ value: { offset: '-9223372036854775808' } })
    expect(offset('ffe0000000000001')).toMatchObject({ value: { offset: -9_007_199_254_740_991 } })
  })

  it('of a tombstone has nulls', () => {
    expect(lineOf(hex('0003 0001 67'), null)).toEqual({
      ...position,
      typeId: 3,
      type: 'CONSUMER_GROUP_METADATA',
      group: 'g',
      key: { groupId: 'g' },
      valueVersion: null,
      value: null,
    })
  })

  it('shows what the members of a consumer group said, and that it cannot be read', () => {
    const members = hex(`0000 0008 ${Buffer.from('consumer').toString('hex')} 00000001 ffff ffff 00000001
      0001 6d 0001 63 0001 68 00000001 00000001 ff 00000000`)
    expect(lineOf(hex('0002 0001 67'), members)).toEqual({
      ...position,
      typeId: 2,
      type: 'GROUP_METADATA',
      group: 'g',
      key: { group: 'g' },
      valueVersion: 0,
      value: {
        protocolType: 'consumer',
        generation: 1,
        protocol: null,
        leader: null,
        members: [
          { memberId: 'm', clientId: 'c', clientHost: 'h', sessionTimeout: 1, subscription: '/w==', assignment: '' },
        ],
      },
      embedded: [
        {
          memberId: 'm',
          subscription: { error: { code: 'UNDERFLOW', position: 0, reason: '2 bytes are needed, with 1 left' } },
          assignment: { empty: true },
        },
      ],
    })
  })

  it('of a record that Kafka cannot read has the error, how far reading got, and the group that its key names', () => {
    expect(lineOf(commitKey, hex('0004 00'))).toEqual({
      ...position,
      typeId: 1,
      type: 'OFFSET_COMMIT',
      group: 'g',
      valueVersion: 4,
      error: { part: 'value', code: 'UNDERFLOW', position: 2, reason: '8 bytes are needed, with 1 left' },
    })
    expect(lineOf(null, null)).toMatchObject({ typeId: null, type: null, error: { part: 'key', code: 'NO_KEY' } })
  })
})

describe('the line of a transaction marker', () => {
  it('has the outcome and the producer', () => {
    expect(JSON.parse(controlLine(position, { control: 'ABORT', producerId: 4_711n }))).toEqual({
      ...position,
      control: 'ABORT',
      producerId: 4711,
    })
    expect(controlLine(position, { control: 'COMMIT', producerId: 2n ** 62n })).toContain('"4611686018427387904"')
  })
})
