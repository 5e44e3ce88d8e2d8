import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modulesOf } from '../../../scripts/generate/modules.ts'
import { parseSpec } from '../../../scripts/generate/spec.ts'
import type { JsonObject } from '../../../src/coordinator/jsonValue.ts'
import { type Reader, readerOf } from '../../../src/kafka/records/reader.ts'

/** What no message of today's Kafka has, or none in this mix: how a next one may look. */
const key = {
  apiKey: 40,
  type: 'coordinator-key',
  name: 'FutureKey',
  validVersions: '0',
  flexibleVersions: 'none',
  fields: [{ name: 'group', type: 'string', versions: '0' }],
}
const value = {
  apiKey: 40,
  type: 'coordinator-value',
  name: 'FutureValue',
  validVersions: '0-3',
  flexibleVersions: '2+',
  fields: [
    { name: 'Paused', type: 'bool', versions: '0+', default: 'true' },
    { name: 'Note', type: 'string', versions: '1+', nullableVersions: '2+', default: 'none' },
    { name: 'Limit', type: 'uint32', versions: '0-1', default: '0x10' },
    { name: 'Owner', type: 'Owner', versions: '3+', nullableVersions: '3+', default: 'null' },
    { name: 'Since', type: 'int64', taggedVersions: '2+', versions: '2+', tag: 0, default: '-1' },
    { name: 'Ids', type: '[]uuid', taggedVersions: '3+', versions: '3+', nullableVersions: '3+', tag: 1 },
  ],
  commonStructs: [
    {
      name: 'Owner',
      versions: '3+',
      fields: [{ name: 'Secret', type: 'bytes', versions: '3+', nullableVersions: '3+' }],
    },
  ],
}
const specs = [key, value].map(spec => parseSpec(JSON.stringify(spec)))

interface FutureModule {
  readFutureValue(reader: Reader, version: number): { readonly note: string | null }
  futureValueJson(value: object, version: number): JsonObject
}

let folder: string
let future: FutureModule

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'koff-generated-'))
  const src = new URL('../../../src/', import.meta.url).href
  const code = modulesOf(specs, '9.9.9')
    .get('future.ts')
    ?.replaceAll("from '../../", `from '${src}`)
    .replaceAll("from '../", `from '${src}coordinator/`)
  const file = join(folder, 'future.ts')
  await writeFile(file, code ?? '')
  future = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as FutureModule
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('generated code', () => {
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
  const id = '00000000000000010000000000000002'
  const values: [version: number, bytes: string, decoded: object, json: object][] = [
    [
      0,
      '00 ffffffff',
      { paused: false, note: 'none', limit: 4_294_967_295, owner: null, since: -1n, ids: [] },
      { paused: false, limit: 4_294_967_295 },
    ],
    [
      1,
      '01 0002 6869 00000000',
      { paused: true, note: 'hi', limit: 0, owner: null, since: -1n, ids: [] },
      { paused: true, note: 'hi', limit: 0 },
    ],
    [
      2,
      '01 00 01 00 08 0000000000000005',
      { paused: true, note: null, limit: 16, owner: null, since: 5n, ids: [] },
      { paused: true, note: null, since: 5 },
    ],
    [
      2,
      '01 00 01 01 02 aabb',
      { paused: true, note: null, limit: 16, owner: null, since: -1n, ids: [] },
      { paused: true, note: null },
    ],
    [
      3,
      `01 03 6869 01 02ff 00 01 01 11 02 ${id}`,
      {
        paused: true,
        note: 'hi',
        limit: 16,
        owner: { secret: hex('ff') },
        since: -1n,
        ids: ['AAAAAAAAAAEAAAAAAAAAAg'],
      },
      { paused: true, note: 'hi', owner: { secret: '/w==' }, ids: ['AAAAAAAAAAEAAAAAAAAAAg'] },
    ],
    [
      3,
      '01 00 ff 01 01 01 00',
      { paused: true, note: null, limit: 16, owner: null, since: -1n, ids: null },
      { paused: true, note: null, owner: null, ids: null },
    ],
  ]

  it.each(values)('reads version %i (%s), and shows it', (version, bytes, decoded, json) => {
    const reader = readerOf(hex(bytes))
    const read = future.readFutureValue(reader, version)
    expect(read).toEqual(decoded)
    expect(reader.position).toBe(reader.end)
    expect(future.futureValueJson(read, version)).toEqual(json)
  })

  it('refuses null in a version that does not allow it', () => {
    expect(() => future.readFutureValue(readerOf(hex('01 ffff 00000000')), 1)).toThrow('note is null')
  })

  it('has a header, and a table of record types', () => {
    const modules = modulesOf(specs, '9.9.9')
    expect([...modules.keys()]).toEqual(['future.ts', 'recordTypes.ts'])
    for (const code of modules.values()) {
      expect(code).toMatch(/^\/\/ Generated from the message specs of Apache Kafka 9\.9\.9 .*Do not edit\.\n/)
    }
    expect(modules.get('recordTypes.ts')).toContain(
      "type: 'FUTURE',\n    typeId: 40,\n    lowestVersion: 0,\n    highestVersion: 3,",
    )
  })

  it('is not made of half a record, of two of a type, or of a key with versions', () => {
    const [futureKey, futureValue] = specs
    const newerKey = parseSpec(JSON.stringify({ ...key, validVersions: '0-1' }))
    const otherKey = parseSpec(JSON.stringify({ ...key, name: 'OtherKey' }))
    const otherValue = parseSpec(JSON.stringify({ ...value, name: 'OtherValue' }))
    const make = (...some: (typeof futureKey)[]) =>
      modulesOf(
        some.filter(spec => spec !== undefined),
        '9.9.9',
      )
    expect(() => make(futureKey)).toThrow('FutureKey: no value')
    expect(() => make(futureKey, futureValue, otherValue)).toThrow('2 values for 1 keys')
    expect(() => make(futureKey, futureValue, otherKey, otherValue)).toThrow('two keys of one record type')
    expect(() => make(newerKey, futureValue)).toThrow('FutureKey: more than one version')
    expect(() => make(futureValue)).toThrow('no keys of coordinator records')
  })
})
