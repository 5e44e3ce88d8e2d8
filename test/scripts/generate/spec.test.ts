import { describe, expect, it } from 'vitest'
import { parseSpec } from '../../../scripts/generate/spec.ts'

const field = { name: 'Epoch', type: 'int32', versions: '0+' }
const message = {
  apiKey: 30,
  type: 'coordinator-value',
  name: 'NewValue',
  validVersions: '0-1',
  flexibleVersions: '1+',
  fields: [field],
}

function parsed(changes: object): ReturnType<typeof parseSpec> {
  return parseSpec(JSON.stringify({ ...message, ...changes }))
}

function withField(changes: object): ReturnType<typeof parseSpec> {
  return parsed({ fields: [{ ...field, ...changes }] })
}

describe('a message spec of Kafka', () => {
  it('may have comments, and two slashes in a text', () => {
    const text = `// https://kafka.apache.org\n${JSON.stringify(message, null, 2).replace(
      '"int32"',
      '"int32", // a comment with "quotes"\n "about": "see // http://example.org"',
    )}`
    expect(parseSpec(text)).toEqual(parsed({}))
  })

  it('is bound to the versions of its message', () => {
    expect(withField({ versions: '1+', nullableVersions: '0+', type: 'string' })).toMatchObject({
      versions: { from: 0, to: 1 },
      flexible: { from: 1, to: 1 },
      fields: [{ name: 'epoch', versions: { from: 1, to: 1 }, nullable: { from: 1, to: 1 } }],
    })
  })

  it('takes a default of null for none: only the text "null" asks for null', () => {
    expect(withField({ type: 'string', nullableVersions: '0+', default: null }).fields[0]?.default).toBeNull()
    expect(withField({ type: 'string', nullableVersions: '0+', default: 'null' }).fields[0]?.default).toBe('null')
  })

  const wrong: [string, () => unknown, string][] = [
    ['an unknown type', () => withField({ type: 'int128' }), 'type int128 is not known'],
    ['a list of an unknown type', () => withField({ type: '[]Nothing' }), 'type []Nothing is not known'],
    ['an unknown attribute', () => withField({ encrypted: true }), 'encrypted'],
    ['an unknown attribute of a message', () => parsed({ latestVersionUnstable: true }), 'latestVersionUnstable'],
    ['an unknown kind of message', () => parsed({ type: 'request' }), 'type'],
    ['versions without an end', () => parsed({ validVersions: '0+' }), 'have no end'],
    ['versions that are none', () => withField({ versions: 'all' }), '"all" is no range of versions'],
    ['versions that end before they begin', () => parsed({ validVersions: '3-1' }), 'ends before it begins'],
    ['a field of no version', () => withField({ versions: '7+' }), 'is in no version'],
    ['a null number', () => withField({ nullableVersions: '0+' }), 'int32 cannot be null'],
    ['a tag without versions', () => withField({ tag: 0 }), 'tag without versions'],
    [
      'a tagged field where versions are not flexible',
      () => withField({ tag: 0, taggedVersions: '0+' }),
      'is not all of its versions, or not flexible',
    ],
    ['tags with a gap', () => withField({ tag: 1, taggedVersions: '1+', versions: '1+' }), 'tags 1 are not 0, 1, …'],
    ['two fields of one name', () => parsed({ fields: [field, field] }), 'two fields of one name'],
    ['fields in a number', () => withField({ fields: [field] }), 'int32 with fields'],
    [
      'a struct that contains itself',
      () =>
        parsed({
          fields: [{ ...field, type: 'Tree' }],
          commonStructs: [{ name: 'Tree', versions: '0+', fields: [{ ...field, type: '[]Tree' }] }],
        }),
      'struct Tree contains itself',
    ],
    [
      'two structs of one name',
      () =>
        parsed({
          fields: [
            { ...field, name: 'A', type: 'S', fields: [field] },
            { ...field, name: 'B', type: 'S', fields: [field] },
          ],
        }),
      'two structs are called S',
    ],
    [
      'an unused struct',
      () => parsed({ commonStructs: [{ name: 'Spare', versions: '0+', fields: [field] }] }),
      'struct Spare is not used',
    ],
    ['a record without a type', () => parsed({ apiKey: undefined }), 'coordinator-value with apiKey undefined'],
  ]

  it.each(wrong)('is refused with %s', (_, parse, reason) => {
    expect(parse).toThrow(reason)
  })
})
