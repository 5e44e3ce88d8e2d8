import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from '../../../src/kafka/records/utf8.ts'

/** What `new String(bytes, UTF_8)` gives in Java 17, with ? for U+FFFD. */
const java: readonly [hex: string, text: string][] = [
  ['61ff62', 'a?b'],
  ['80', '?'],
  ['8080', '??'],
  ['c080', '??'],
  ['c3', '?'],
  ['c328', '?('],
  ['e0a0', '?'],
  ['e08080', '???'],
  ['e0a028', '?('],
  ['e02880', '?(?'],
  ['f0908d', '?'],
  ['f0908d61', '?a'],
  ['f0808080', '????'],
  ['f4908080', '????'],
  ['f5808080', '????'],
  ['f8888080', '????'],
  // A lone surrogate is one character to Java, three errors to the WHATWG decoder.
  ['eda080', '?'],
  ['edbfbf61', '?a'],
  ['eda0', '?'],
  ['eda061', '?a'],
  ['eda080edb080', '??'],
  ['efbfbd', '?'],
]

describe('UTF-8 as Java decodes it', () => {
  it.each(java)('%s is %s', (hex, text) => {
    const bytes = Buffer.from(`2a${hex}2a`, 'hex')
    expect(decodeUtf8(bytes, 1, bytes.length - 1)).toBe(text.replaceAll('?', '\uFFFD'))
  })

  it('is plain UTF-8 where that is well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40, size: 'max' }), text => {
        const bytes = Buffer.from(text, 'utf8')
        expect(decodeUtf8(bytes, 0, bytes.length)).toBe(bytes.toString('utf8'))
      }),
    )
  })

  it('keeps a byte order mark, and NUL', () => {
    const bytes = Buffer.from('efbbbf6100', 'hex')
    expect(decodeUtf8(bytes, 0, bytes.length)).toBe('\uFEFFa\0')
  })

  it('never has more characters than bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32, size: 'max' }), array => {
        expect(decodeUtf8(Buffer.from(array), 0, array.length).length).toBeLessThanOrEqual(array.length)
      }),
    )
  })
})
