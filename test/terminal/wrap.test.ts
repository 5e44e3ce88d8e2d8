import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allInk } from '../../src/terminal/ink.ts'
import { visibleColumns, wrapText } from '../../src/terminal/wrap.ts'

it('breaks at spaces and after commas, and indents what follows', () => {
  expect(wrapText('one two three,four', { width: 9, indent: 2 })).toEqual(['one two', '  three,', '  four'])
})

it('leaves a word whole that is wider than a line', () => {
  expect(wrapText('a extraordinarily b', { width: 6, indent: 2 })).toEqual(['a', '  extraordinarily', '  b'])
})

it('does not count colours', () => {
  const text = `${allInk('red', 'one')} two`
  expect(wrapText(text, { width: 7 })).toEqual([text])
})

it('has every word once, in order, in lines that fit', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 40 }), fc.integer({ min: 0, max: 4 }), (all, width, indent) => {
      const lines = wrapText(all.join(' '), { width, indent })
      expect(
        lines
          .join(' ')
          .split(/ +/)
          .filter(word => word !== ''),
      ).toEqual(all)
      expect(lines.filter(line => visibleColumns(line) > width)).toEqual([])
    }),
  )
})
