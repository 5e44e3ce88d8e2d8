import { deepStrictEqual } from 'node:assert'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoordinatorRecord, decodeRecordAt, type RecordOf } from '../../src/coordinator/decode.ts'
import { OffsetCommitView } from '../../src/coordinator/offsetCommit.ts'
import { decodeUtf8 } from '../../src/kafka/records/utf8.ts'
import { bytesOf, type CorpusRecord, corpusLines, recordings } from '../kafka/records/corpus.ts'
import { mutate, mutation, type RawRecord } from '../kafka/records/mutations.ts'
import { readOffsetCommit } from './readOffsetCommit.ts'

type Commit = RecordOf<'OFFSET_COMMIT'> | RecordOf<'LEGACY_OFFSET_COMMIT'>

const records: readonly RawRecord[] = recordings
  .flatMap(name => corpusLines<CorpusRecord>(name))
  .filter(({ isControl }) => !isControl)
  .map(({ keyBase64, valueBase64 }) => ({ key: bytesOf(keyBase64), value: bytesOf(valueBase64) }))
const vectors: readonly RawRecord[] = corpusLines<CorpusRecord & { readonly type: string }>('vectors-dev')
  .filter(({ type }) => type === 'OFFSET_COMMIT' || type === 'LEGACY_OFFSET_COMMIT')
  .map(({ keyBase64, valueBase64 }) => ({ key: bytesOf(keyBase64), value: bytesOf(valueBase64) }))

describe('the reader of offset commits and the generated one', () => {
  it('read the same in every record of the recordings and vectors', () => {
    const view = new OffsetCommitView()
    const kinds = new Set<string>()
    for (const record of [...records, ...vectors]) {
      const commit = agreedOn(record, view)
      if (commit !== null) kinds.add(`${commit.typeId} ${commit.valueVersion ?? 'tombstone'}`)
    }
    const all = ['0 0', '0 tombstone', '1 0', '1 1', '1 2', '1 3', '1 4', '1 tombstone']
    expect([...kinds].sort()).toEqual(all)
  })

  it('read the same in changed bytes, and refuse the same', () => {
    const view = new OffsetCommitView()
    let read = 0
    let refused = 0
    fc.assert(
      fc.property(mutation, change => {
        if (agreedOn(mutate(vectors, change), view) === null) refused++
        else read++
      }),
      { numRuns: 15_000 },
    )
    expect(Math.min(read, refused)).toBeGreaterThan(2_000)
  })

  it('read the same in any bytes at all', () => {
    const view = new OffsetCommitView()
    // Mostly zeros: lengths of any byte would nearly always be too long.
    const small = fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 16, 0x80, 0xff), { maxLength: 48, size: 'max' })
    const types = new Set<number | null>()
    fc.assert(
      fc.property(fc.nat({ max: 2 }), fc.nat({ max: 5 }), small, small, (type, version, key, value) => {
        const record = {
          key: Buffer.from([0, type, 0, 1, 97, 0, 0, ...key]),
          value: Buffer.from([0, version, ...value]),
        }
        types.add(agreedOn(record, view)?.typeId ?? null)
      }),
      { numRuns: 15_000 },
    )
    expect(types).toEqual(new Set([null, 0, 1]))
  })
})

describe('an offset commit as positions and numbers', () => {
  const key = Buffer.from('0001000167000174ffffffff', 'hex')
  const valueOf = (offset: bigint, timestamp: bigint): Buffer => {
    const value = Buffer.alloc(24)
    value.writeInt16BE(0)
    value.writeBigInt64BE(offset, 2)
    value.writeBigInt64BE(timestamp, 12)
    return value.subarray(0, 20)
  }

  it('keeps offsets beyond 2^53 exactly', () => {
    const view = new OffsetCommitView()
    const value = valueOf(-9_223_372_036_854_775_807n, 2n ** 60n)
    const bytes = Buffer.concat([key, value])
    expect(readOffsetCommit(bytes, 0, key.length, key.length, bytes.length, view)).toBe(true)
    expect(view.offset).toBeNaN()
    expect(view.offsetBig).toBe(-9_223_372_036_854_775_807n)
    expect(view.commitTimestamp).toBe(2 ** 60)
    expect(bytes.readBigInt64BE(view.commitTimestampStart)).toBe(2n ** 60n)
  })

  it('is a number up to 2^53 - 1', () => {
    const view = new OffsetCommitView()
    const bytes = Buffer.concat([key, valueOf(BigInt(Number.MAX_SAFE_INTEGER), -1n)])
    readOffsetCommit(bytes, 0, key.length, key.length, bytes.length, view)
    expect([view.offset, view.commitTimestamp, view.leaderEpoch, view.topicIdStart]).toEqual([2 ** 53 - 1, -1, -1, -1])
  })

  it('says false to other records', () => {
    const view = new OffsetCommitView()
    const groupMetadata = Buffer.from('0002000167', 'hex')
    expect(readOffsetCommit(groupMetadata, 0, groupMetadata.length, -1, -1, view)).toBe(false)
    expect(readOffsetCommit(groupMetadata, -1, -1, -1, -1, view)).toBe(false)
  })
})

/** What both read in a record, or null where both refuse it (else it throws); bytes of others lie before and after. */
function agreedOn({ key, value }: RawRecord, view: OffsetCommitView): Commit | null {
  const margin = Buffer.from([0, 1, 0, 0x7f])
  const bytes = Buffer.concat([margin, key ?? Buffer.alloc(0), value ?? Buffer.alloc(0), margin])
  const keyStart = key === null ? -1 : margin.length
  const keyEnd = margin.length + (key?.length ?? 0)
  const valueStart = value === null ? -1 : keyEnd
  const valueEnd = keyEnd + (value?.length ?? 0)
  const decoded = decodeRecordAt(bytes, keyStart, keyEnd, valueStart, valueEnd)
  const commit = decoded.kind === 'record' && isCommit(decoded) ? decoded : null
  const accepted = readOffsetCommit(bytes, keyStart, keyEnd, valueStart, valueEnd, view)
  deepStrictEqual(accepted ? shown(bytes, view) : null, commit === null ? null : expected(commit))
  return commit
}

function isCommit(record: CoordinatorRecord): record is Commit {
  return record.type === 'OFFSET_COMMIT' || record.type === 'LEGACY_OFFSET_COMMIT'
}

function expected({ typeId, key, valueVersion, value }: Commit): unknown {
  const shared = { typeId, key, valueVersion: valueVersion ?? -1 }
  if (value === null) return shared
  const isV1 = 'topicId' in value
  return {
    ...shared,
    offset: value.offset,
    metadata: value.metadata,
    commitTimestamp: value.commitTimestamp,
    leaderEpoch: isV1 ? value.leaderEpoch : -1,
    expireTimestamp: isV1 ? Number(value.expireTimestamp) : -1,
    topicId: isV1 ? value.topicId : 'AAAAAAAAAAAAAAAAAAAAAA',
  }
}

function shown(bytes: Buffer, view: OffsetCommitView): unknown {
  const { typeId, partition, valueVersion, topicIdStart } = view
  const group = decodeUtf8(bytes, view.groupStart, view.groupEnd)
  const topic = decodeUtf8(bytes, view.topicStart, view.topicEnd)
  const shared = { typeId, key: { group, topic, partition }, valueVersion }
  if (valueVersion < 0) return shared
  return {
    ...shared,
    offset: Number.isNaN(view.offset) ? view.offsetBig : BigInt(view.offset),
    metadata: decodeUtf8(bytes, view.metadataStart, view.metadataEnd),
    commitTimestamp: bytes.readBigInt64BE(view.commitTimestampStart),
    leaderEpoch: view.leaderEpoch,
    expireTimestamp: view.expireTimestamp,
    topicId: topicIdStart < 0 ? 'AAAAAAAAAAAAAAAAAAAAAA' : bytes.toString('base64url', topicIdStart, topicIdStart + 16),
  }
}
