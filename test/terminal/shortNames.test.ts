import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../src/base/terminalText.ts'
import { ShortNames } from '../../src/terminal/shortNames.ts'

describe('a shortened name', () => {
  it('keeps the part in which it differs from one that is shown already', () => {
    const names = new ShortNames(24)
    const long = (middle: string) => `payments-prod-eu-west-1-${middle}-consumer-group-primary`
    expect(['orders', 'refunds'].map(name => names.of(long(name)))).toEqual([
      'payments-pro…oup-primary',
      'paymen…-1-refunds…rimary',
    ])
    expect(names.of(long('orders'))).toBe('payments-pro…oup-primary')
  })

  it('stays within its columns and apart from all others, whatever they are called', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '日', '-'), minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), fc.integer({ min: 8, max: 40 }), (all, width) => {
        const names = new ShortNames(width)
        const shown = all.map(one => names.of(one))
        expect(new Set(shown).size).toBe(all.length)
        expect(shown.filter(text => columnsOf(text) > width)).toEqual([])
        expect(all.map(one => names.of(one))).toEqual(shown)
      }),
    )
  })
})
