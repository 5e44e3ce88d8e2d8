import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Decoded, decodeRecordAt } from '../../src/coordinator/decode.ts'
import { recordSpecs } from '../../src/coordinator/generated/recordTypes.ts'
import { recordJson } from '../../src/coordinator/json.ts'
import { OffsetCommitView } from '../../src/coordinator/offsetCommit.ts'
import { readOffsetCommit } from '../coordinator/readOffsetCommit.ts'
import { type Oracle, startOracle } from '../java/oracle.ts'
import { type Mutation, mutate, mutation, type RawRecord } from '../kafka/records/mutations.ts'

const MADE = 200_000
const MUTATED_PER_RUN = 200
const MUTATED_RUNS = 550

let oracle: Oracle
/** A sample of what was made, of every type and version: what the mutations begin with. */
const sample: RawRecord[] = []

beforeAll(async () => {
  oracle = await startOracle()
})
afterAll(() => oracle[Symbol.asyncDispose]())

describe('records are what Kafka says they are', () => {
  it('random records of every type and version, made by the classes of Kafka', async () => {
    const seed = Math.floor(Math.random() * 0x7fffffff)
    const seen = new Map<string, number>()
    let count = 0
    for await (const { key, value, reading } of oracle.made(seed, MADE)) {
      const decoded = decodeBoth(key, value)
      const difference = differenceOf(decoded, reading)
      if (difference !== null)
        throw new Error(`seed ${seed}, record ${count}, ${described({ key, value })}: ${difference}`)
      const kind = decoded.kind === 'record' ? `${decoded.type} ${decoded.valueVersion ?? 'tombstone'}` : 'undecodable'
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
      if (count++ % 20 === 0) sample.push({ key, value })
    }
    expect(count).toBe(MADE)
    const rare = Object.values(recordSpecs).flatMap(({ type, lowestVersion, highestVersion }) => {
      const versions = Array.from({ length: highestVersion + 1 - lowestVersion }, (_, index) => lowestVersion + index)
      const kinds = [...versions.map(version => `${type} ${version}`), `${type} tombstone`]
      return kinds.filter(kind => (seen.get(kind) ?? 0) < MADE / 5000)
    })
    expect(rare).toEqual([])
  })

  it('lengths and counts at the edges of what Kafka allows', async () => {
    await using reader = oracle.reader()
    const records = edgeCases()
    const readings = await reader.read(records)
    const differences = readings.flatMap((reading, index) => {
      const { key, value } = records[index] ?? { key: null, value: null }
      const difference = differenceOf(decodeBoth(key, value), reading)
      return difference === null ? [] : `${value?.subarray(0, 40).toString('hex')}: ${difference.slice(0, 200)}`
    })
    expect(differences).toEqual([])
    const refused = readings.filter(reading => reading.startsWith('!')).length
    expect(refused).toBeGreaterThan(50)
    expect(readings.length - refused).toBeGreaterThan(50)
  })

  it('changed bytes, accepted and refused as by Kafka', async () => {
    expect(sample.length).toBe(MADE / 20)
    await using reader = oracle.reader()
    let accepted = 0
    let refused = 0
    const sameAsKafka = async (changes: readonly Mutation[]): Promise<void> => {
      const records = changes.map(change => mutate(sample, change))
      const readings = await reader.read(records)
      readings.forEach((reading, index) => {
        const record = records[index] ?? { key: null, value: null }
        const difference = differenceOf(decodeBoth(record.key, record.value), reading)
        if (difference !== null) throw new Error(`${described(record)}: ${difference}`)
        if (reading.startsWith('!')) refused++
        else accepted++
      })
    }
    const batches = fc.array(mutation, { minLength: MUTATED_PER_RUN, maxLength: MUTATED_PER_RUN })
    await fc.assert(fc.asyncProperty(batches, sameAsKafka), { numRuns: MUTATED_RUNS })
    expect(accepted + refused).toBeGreaterThanOrEqual(100_000)
    // Neither side is rare, or the test would hold nothing.
    expect(Math.min(accepted, refused)).toBeGreaterThan(20_000)
  })
})

/** Offset commits with every varint that has an edge, in each of the four places that have one. */
function edgeCases(): RawRecord[] {
  const lengths = [
    0, 1, 2, 0x7f, 0x80, 0x3fff, 0x4000, 0x7fff, 0x8000, 0x8001, 0x9000, 0x7fffffff, 0x80000000, 0xffffffff,
  ]
  const varints = [
    ...lengths.flatMap(length => [varint(length), varint(length, 5)]),
    Buffer.from('ffffffff8f00', 'hex'),
  ]
  const key = Buffer.from('0001000167000174ffffffff', 'hex')
  const metadata = Buffer.alloc(0x8800, 'm')
  const one = varint(1)
  const commit = (...end: Buffer[]): RawRecord => ({
    key,
    value: Buffer.concat([Buffer.from([0, 4]), Buffer.alloc(12, 1), ...end]),
  })
  return varints.flatMap(edge => [
    commit(edge, metadata),
    // Where the metadata ends as it says, there is what must follow it.
    commit(edge, metadata.subarray(0, Math.max(0, valueOf(edge) - 1)), Buffer.alloc(8), varint(0)),
    commit(one, Buffer.alloc(8), edge, Buffer.alloc(200)),
    commit(one, Buffer.alloc(8), one, edge, varint(16), Buffer.alloc(16, 7)),
    commit(one, Buffer.alloc(8), one, one, edge, metadata),
    commit(one, Buffer.alloc(8), one, varint(0), edge, metadata),
  ])
}

/** At least `width` bytes, which a reader must not mind. */
function varint(value: number, width = 1): Buffer {
  const bytes: number[] = []
  for (let rest = value; rest > 0 || bytes.length < width; rest = Math.floor(rest / 128))
    bytes.push((rest % 128) | 0x80)
  return Buffer.from(bytes.map((byte, index) => (index === bytes.length - 1 ? byte & 0x7f : byte)))
}

function valueOf(bytes: Buffer): number {
  return bytes.reduce((value, byte, index) => value + (byte & 0x7f) * 128 ** index, 0)
}

/** Decodes with strange bytes on both sides, and holds the reader of the hot path to the same verdict. */
function decodeBoth(key: Buffer | null, value: Buffer | null): Decoded {
  const bytes = Buffer.concat([MARGIN, key ?? NOTHING, value ?? NOTHING, MARGIN])
  const keyStart = key === null ? -1 : MARGIN.length
  const keyEnd = MARGIN.length + (key?.length ?? 0)
  const valueStart = value === null ? -1 : keyEnd
  const valueEnd = keyEnd + (value?.length ?? 0)
  const decoded = decodeRecordAt(bytes, keyStart, keyEnd, valueStart, valueEnd)
  const isCommit = decoded.type === 'OFFSET_COMMIT' || decoded.type === 'LEGACY_OFFSET_COMMIT'
  const accepted = readOffsetCommit(bytes, keyStart, keyEnd, valueStart, valueEnd, view)
  if (accepted !== (isCommit && decoded.kind === 'record')) {
    throw new Error(`the hot path says ${accepted}: ${described({ key, value })}`)
  }
  return decoded
}

const MARGIN = Buffer.from([0x01, 0xff, 0x80, 0x7f, 0xe0, 0xa0, 0x80, 0x00])
const NOTHING = Buffer.alloc(0)
const view = new OffsetCommitView()

/** Text first: only where that differs (order, escapes, wording of errors) are the fields compared one by one. */
function differenceOf(decoded: Decoded, reading: string): string | null {
  if (reading.startsWith('!')) return decoded.kind === 'record' ? `koff reads it, Kafka refuses: ${reading}` : null
  if (decoded.kind === 'undecodable') return `koff refuses (${decoded.reason}), Kafka reads ${reading}`
  const { keyRemaining, valueRemaining } = decoded
  const actual = JSON.stringify({ ...recordJson(decoded), keyRemaining, valueRemaining })
  if (actual === reading || isDeepStrictEqual(comparable(actual), comparable(reading))) return null
  return `koff reads ${actual}, Kafka ${reading}`
}

/** Errors in embedded parts have a wording of their own; a struct at its default may be left out, as Kafka does mostly. */
function comparable(json: string): unknown {
  return JSON.parse(json, (name, value: unknown) => {
    if (name === 'error') return true
    if (name === 'classicMemberMetadata' && JSON.stringify(value) === NO_CLASSIC_MEMBER) return undefined
    return value
  })
}

const NO_CLASSIC_MEMBER = '{"sessionTimeoutMs":0,"supportedProtocols":[]}'

function described({ key, value }: RawRecord): string {
  return `key ${key?.toString('base64') ?? 'null'} value ${value?.toString('base64') ?? 'null'}`
}
