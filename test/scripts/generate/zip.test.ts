import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readZipTexts } from '../../../scripts/generate/zip.ts'

/** A zip archive with extra fields and a comment, as tools leave them. */
function zipOf(files: readonly { readonly name: string; readonly text: string; readonly method: number }[]): Buffer {
  const bodies: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const { name, text, method } of files) {
    const plain = Buffer.from(text)
    const packed = method === 8 ? deflateRawSync(plain) : plain
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    local.writeUInt16LE(name.length, 26)
    local.writeUInt16LE(4, 28)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(crc32(plain), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(plain.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt16LE(8, 30)
    entry.writeUInt16LE(2, 32)
    entry.writeUInt32LE(at, 42)
    const body = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), packed])
    entries.push(Buffer.concat([entry, Buffer.from(name), Buffer.alloc(8), Buffer.from('hi')]))
    bodies.push(body)
    at += body.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...bodies, directory, end])
}

describe('a zip archive', () => {
  const archive = zipOf([
    { name: 'a.json', text: 'stored', method: 0 },
    { name: 'b.class', text: 'not wanted', method: 8 },
    { name: 'c.json', text: 'deflated '.repeat(50), method: 8 },
  ])

  it('gives the files that are wanted, stored and deflated', () => {
    expect([...readZipTexts(archive, name => name.endsWith('.json'))]).toEqual([
      ['a.json', 'stored'],
      ['c.json', 'deflated '.repeat(50)],
    ])
  })

  it('is refused when it is none, or uses another method', () => {
    expect(() => readZipTexts(Buffer.from('no archive'), () => true)).toThrow('not a zip archive')
    const bzip2 = zipOf([{ name: 'a', text: 'x', method: 12 }])
    expect(() => readZipTexts(bzip2, () => true)).toThrow('a: zip method 12 is not known')
  })
})
