import { describe, expect, it } from 'vitest'
import { isAfter, isBefore, parseLogPoint, timeOption } from '../../src/app/logPoint.ts'

describe('a point in a log', () => {
  it('of digits is an offset', () => {
    expect(parseLogPoint('--from', '1234')).toEqual({ kind: 'offset', offset: 1234 })
  })

  it('of @ and digits is a time in milliseconds', () => {
    expect(parseLogPoint('--from', '@1760000000000')).toEqual({ kind: 'time', time: 1_760_000_000_000 })
  })

  it.each(['2026-11-24T12:00:00.000Z', '2026-11-24T12:00Z', '2026-11-24T13:00+01:00'])('%s is a time', text => {
    expect(parseLogPoint('--from', text)).toEqual({ kind: 'time', time: Date.UTC(2026, 10, 24, 12) })
  })

  it.each(['', '-1', '1.5', '@', '@x', '2026-13-01', 'Nov 24, 2026', '9007199254740993'])('%j is none', text => {
    expect(() => parseLogPoint('--from', text)).toThrow(/^--from: /)
  })

  it('is a time in any form where only a time makes sense', () => {
    const parse = timeOption('--at')
    expect(parse('1760000000000')).toBe(1_760_000_000_000)
    expect(parse('@5')).toBe(5)
    expect(() => parse('5')).toThrow(/^--at: "5" is a bare number; write 15m/)
    expect(() => parse('noon')).toThrow(/^--at: "noon" is no time; write 15m/)
  })

  it('has places before and after it, and is itself neither', () => {
    const offset = parseLogPoint('--from', '5')
    const time = parseLogPoint('--from', '@5')
    const place = (number: number) => ({ offset: number, timestamp: number })
    for (const point of [offset, time]) {
      expect([4, 5, 6].map(number => isBefore(place(number), point))).toEqual([true, false, false])
      expect([4, 5, 6].map(number => isAfter(place(number), point))).toEqual([false, false, true])
    }
  })

  it('has no places without a time before or after it', () => {
    const point = parseLogPoint('--from', '@5')
    expect(isBefore({ offset: 0, timestamp: -1 }, point)).toBe(false)
    expect(isAfter({ offset: 9, timestamp: -1 }, point)).toBe(false)
  })
})
