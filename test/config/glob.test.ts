import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../src/config/glob.ts'

describe('a pattern', () => {
  it.each<[pattern: string, text: string]>([
    ['orders', 'orders'],
    ['*', ''],
    ['*', 'a.b/c'],
    ['orders-*', 'orders-'],
    ['*-eu', 'orders-eu-eu'],
    ['a*b*c', 'a-b-b-c'],
    ['?', 'é'],
    ['?', '🐘'],
    ['a.c', 'a.c'],
    ['[a]+(', '[a]+('],
  ])('%j fits %j', (pattern, text) => {
    expect(matchesGlob(pattern, text)).toBe(true)
  })

  it.each<[pattern: string, text: string]>([
    ['orders', 'orders-eu'],
    ['', 'a'],
    ['?', ''],
    ['a.c', 'abc'],
    ['*-eu', 'orders-eu-us'],
    ['a*b*c', 'a-c-b'],
    ['Orders', 'orders'],
  ])('%j does not fit %j', (pattern, text) => {
    expect(matchesGlob(pattern, text)).toBe(false)
  })

  it('fits what a regular expression of the same meaning fits', () => {
    const letters = fc.stringMatching(/^[ab]{0,8}$/)
    fc.assert(
      fc.property(fc.stringMatching(/^[ab*?]{0,6}$/), letters, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(matchesGlob(pattern, text)).toBe(expression.test(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('of many stars takes no time', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false)
  })
})
