import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../../src/coordinator/decode.ts'
import { decodeLine } from '../../src/coordinator/json.ts'
import { int16, int32, text } from '../state/recordBytes.ts'
import { committed, type RedpandaMember, redpandaMetadata, wrapped } from './redpandaRecords.ts'

const groupKey = Buffer.concat([int16(2), text('orders')])
const offsetKey = Buffer.concat([int16(1), text('orders'), text('payments'), int32(3)])

const member: RedpandaMember = {
  memberId: 'consumer-1-abc',
  groupInstanceId: 'pod-1',
  clientId: 'consumer-1',
  clientHost: '10.0.0.7',
  rebalanceTimeout: 300_000,
  sessionTimeout: 45_000,
  subscription: Buffer.from('0001', 'hex'),
  assignment: Buffer.from('000100000000ffffffff', 'hex'),
}
const group = {
  protocolType: 'consumer',
  generation: 12,
  protocol: 'range',
  leader: 'consumer-1-abc',
  currentStateTimestamp: 1_700_000_000_000n,
}

describe("Redpanda's dialect", () => {
  it('metadata of a classic group whose members begin with a version is read field by field', () => {
    const second = { ...member, memberId: 'm2', groupInstanceId: null, subscription: Buffer.alloc(0) }
    const decoded = decodeRecord(groupKey, redpandaMetadata(group, [member, second]))
    expect(decoded).toEqual({
      kind: 'record',
      dialect: 'redpanda',
      typeId: 2,
      type: 'GROUP_METADATA',
      key: { group: 'orders' },
      valueVersion: 3,
      value: { ...group, members: [member, second] },
      keyRemaining: 0,
      valueRemaining: 0,
    })
  })

  it('a group without members has the same bytes in both dialects, and counts as Kafka', () => {
    const decoded = decodeRecord(groupKey, redpandaMetadata({ ...group, protocol: null, leader: null }, []))
    expect(decoded).toMatchObject({ kind: 'record', dialect: 'kafka', value: { members: [] } })
  })

  it('wrapped keys of tombstones are read, of a group and of an offset', () => {
    expect(decodeRecord(wrapped(groupKey), null)).toMatchObject({
      dialect: 'redpanda',
      type: 'GROUP_METADATA',
      key: { group: 'orders' },
      value: null,
    })
    expect(decodeRecord(wrapped(offsetKey), null)).toMatchObject({
      dialect: 'redpanda',
      type: 'OFFSET_COMMIT',
      key: { group: 'orders', topic: 'payments', partition: 3 },
      value: null,
    })
  })

  it('a wrapped key with a value, with bytes after it, or with a length that does not fit stays refused', () => {
    expect(decodeRecord(wrapped(groupKey), redpandaMetadata(group, [])).kind).toBe('undecodable')
    expect(decodeRecord(Buffer.concat([wrapped(groupKey), int16(0)]), null).kind).toBe('undecodable')
    expect(decodeRecord(wrapped(Buffer.concat([groupKey, int16(0)])), null).kind).toBe('undecodable')
    expect(decodeRecord(wrapped(Buffer.alloc(0)), null).kind).toBe('undecodable')
  })

  it("a value that neither reading takes to its last byte keeps Kafka's reason", () => {
    const whole = redpandaMetadata(group, [member])
    for (const value of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.from([0])])]) {
      expect(decodeRecord(groupKey, value)).toMatchObject({ kind: 'undecodable', group: 'orders', part: 'value' })
    }
  })

  it("commits, and commits of transactions, are as Kafka's", () => {
    expect(decodeRecord(offsetKey, committed(42n))).toMatchObject({
      dialect: 'kafka',
      type: 'OFFSET_COMMIT',
      value: { offset: 42n },
    })
  })

  it('a line of koff decode names the dialect', () => {
    const line = decodeLine(
      { partition: 0, offset: 5, timestamp: 7 },
      decodeRecord(groupKey, redpandaMetadata(group, [member])),
    )
    expect(JSON.parse(line)).toMatchObject({ type: 'GROUP_METADATA', dialect: 'redpanda', group: 'orders' })
    const kafka = decodeLine({ partition: 0, offset: 5, timestamp: 7 }, decodeRecord(groupKey, null))
    expect(JSON.parse(kafka)).not.toHaveProperty('dialect')
  })

  it('any bytes end in a record or an error', () => {
    const mutated = fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 }))
    const original = redpandaMetadata(group, [member, member])
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 4 }), fc.nat(original.length), (changes, length) => {
        const value = Buffer.from(original)
        for (const [at, byte] of changes) value[at % value.length] = byte
        expect(['record', 'undecodable']).toContain(decodeRecord(groupKey, value.subarray(0, length)).kind)
      }),
      { numRuns: 500 },
    )
  })

  it('a generated group is read back with the same fields', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 20 })
    const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array))
    const anyMember = fc.record({
      memberId: name,
      groupInstanceId: fc.option(name),
      clientId: name,
      clientHost: name,
      rebalanceTimeout: fc.nat(),
      sessionTimeout: fc.nat(),
      subscription: bytes,
      assignment: bytes,
    })
    fc.assert(
      fc.property(fc.array(anyMember, { minLength: 2, maxLength: 5 }), members => {
        const decoded = decodeRecord(groupKey, redpandaMetadata(group, members))
        // Some members' bytes are also a value of Kafka's, which comes first.
        fc.pre(decoded.kind !== 'record' || decoded.dialect === 'redpanda')
        expect(decoded).toMatchObject({ value: { ...group, members } })
      }),
      { numRuns: 300 },
    )
  })
})
