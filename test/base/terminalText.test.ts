import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf, inColumns, shortened, terminalJson, terminalText } from '../../src/base/terminalText.ts'
import { anyUtf16 } from '../events/arbitraryEvent.ts'

test.each([
  ['orders-app', 'orders-app'],
  ['größe グループ 🎉', 'größe グループ 🎉'],
  ['\u001b[2J\u001b]0;title\u0007', '\\u001b[2J\\u001b]0;title\\u0007'],
  ['a\nb\r\tc\0', 'a\\nb\\r\\tc\\0'],
  ['\u009b31m', '\\u009b31m'],
  ['user\u202etxt.exe', 'user\\u202etxt.exe'],
  ['half \ud800', 'half \ufffd'],
  ['delete\u007f, next line\u0085', 'delete\\u007f, next line\\u0085'],
  ['zero\u200bwidth\u200cjoi\u200dner\ufeff', 'zero\\u200bwidth\\u200cjoi\\u200dner\\ufeff'],
  ['soft\u00adhyphen', 'soft\\u00adhyphen'],
  ['filler\u3164, selector\ufe0f', 'filler\\u3164, selector\\ufe0f'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['not\u00a0a\u2003space\u3000\u2800', 'not\\u00a0a\\u2003space\\u3000\\u2800'],
])('%j is shown as %j', (text, shown) => {
  expect(terminalText(text)).toBe(shown)
})

test.each([
  ['orders', 6],
  ['größe', 5],
  ['gro\u0308ße', 5],
  ['グループ', 8],
  ['한국어', 6],
  ['🎉', 2],
  ['👩‍👩‍👧', 2],
  ['…', 1],
])('%s takes %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})

test('a text that is too long is cut in the middle', () => {
  expect(shortened('orders-consumer-17', 18)).toBe('orders-consumer-17')
  expect(shortened('orders-consumer-17', 11)).toBe('order…er-17')
  expect(inColumns('グループ注文', 7)).toBe('グル…文')
  expect(inColumns('グループ注文', 6)).toBe('グ…文 ')
})

test('no text makes a terminal do anything, or leaves its column', () => {
  fc.assert(
    fc.property(anyUtf16, fc.integer({ min: 3, max: 40 }), (text, columns) => {
      const shown = terminalText(text)
      expect(shown).not.toMatch(/\p{Cc}/u)
      expect(columnsOf(inColumns(shown, columns))).toBe(columns)
    }),
  )
})

test('JSON on a terminal is the same JSON, with nothing in it that a terminal obeys or does not show', () => {
  expect(terminalJson('{"group":"a\u009b31m\u202e\u200b\u{e0041} é"}\n')).toBe(
    '{"group":"a\\u009b31m\\u202e\\u200b\\udb40\\udc41 é"}\n',
  )
  fc.assert(
    fc.property(anyUtf16, text => {
      const shown = terminalJson(`${JSON.stringify({ text })}\n`)
      expect(JSON.parse(shown)).toEqual({ text })
      expect(shown.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
    }),
  )
})
