import { describe, expect, it } from 'vitest'
import { isAfter, isBefore, parseLogPoint, parseTime } from '../../src/app/logPoint.ts'

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

  it.each(['', 'now', '-1', '1.5', '12:00', '@', '@x', '2026-13-01', 'Nov 24, 2026', '9007199254740993'])(
    '%j is none',
    text => {
      expect(() => parseLogPoint('--from', text)).toThrow(/^--from: /)
    },
  )

  it('is a time with and without @ where only a time makes sense', () => {
    expect(parseTime('--at', '1760000000000')).toBe(1_760_000_000_000)
    expect(parseTime('--at', '@5')).toBe(5)
    expect(parseTime('--at', '1970-01-01T00:00:01Z')).toBe(1000)
    expect(() => parseTime('--at', 'noon')).toThrow(/^--at: /)
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
