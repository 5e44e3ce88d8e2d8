import { describe, expect, it } from 'vitest'
import { parseDuration, parseTime } from '../../src/base/times.ts'

/** A Tuesday, 16:30 local time. */
const now = new Date(2026, 10, 24, 16, 30).getTime()
const local = (day: number, hours: number, minutes: number, seconds = 0) =>
  new Date(2026, 10, day, hours, minutes, seconds).getTime()

function time(text: string): number | string {
  const parsed = parseTime(text, { now })
  return parsed.kind === 'time' ? parsed.time : parsed.fault
}

describe('a time', () => {
  it.each([
    ['now', now],
    ['15m', now - 900_000],
    ['15m ago', now - 900_000],
    ['-15m', now - 900_000],
    ['1h30m', now - 5_400_000],
    ['2 days'.slice(0, 3), now - 2 * 86_400_000],
    ['16:12', local(24, 16, 12)],
    ['16:12:05', local(24, 16, 12, 5)],
    ['9:05', local(24, 9, 5)],
    ['17:00', local(23, 17, 0)],
    ['yesterday 16:12', local(23, 16, 12)],
    ['Yesterday at 16:12', local(23, 16, 12)],
    ['yesterday', local(23, 0, 0)],
    ['today', local(24, 0, 0)],
    ['2026-11-24', local(24, 0, 0)],
    ['2026-11-24 12:03', local(24, 12, 3)],
    ['2026-11-24T12:03', local(24, 12, 3)],
    ['2026-11-24T12:03Z', Date.UTC(2026, 10, 24, 12, 3)],
    ['2026-11-24T12:03:04.5+01:00', Date.UTC(2026, 10, 24, 11, 3, 4, 500)],
    ['2026-11-24 12:03 -0330', Date.UTC(2026, 10, 24, 15, 33)],
    ['@0', 0],
    ['@1760000000000', 1_760_000_000_000],
    ['1760000000000', 1_760_000_000_000],
  ])('can be written %s', (text, expected) => {
    expect(time(text)).toBe(expected)
  })

  it.each(['5', '1530', '20261124', '-7', '1700000000'])('is not the bare number %s', text => {
    expect(time(text)).toBe(
      `"${text}" is a bare number; write 15m (ago), 16:12, yesterday 16:12, 2026-11-24T12:00, @1760000000000 (ms), now; or epoch milliseconds in 12 digits or more`,
    )
  })

  it.each([
    '',
    'noon',
    '25:00',
    '16:60',
    '2026-02-31',
    '2026-13-01',
    '15 parsecs',
    'yesterday noon',
    '@',
    '@@5',
    '1e12',
  ])('is not %j', text => {
    expect(time(text)).toMatch(/ is no time; write 15m/)
  })

  it('beyond what a calendar holds is refused', () => {
    expect(time('99999999999999999999')).toBe('"99999999999999999999" is too large for a time')
  })

  it('of the day means today where a future time is wanted', () => {
    expect(parseTime('17:00', { now, timeOfDay: 'today' })).toEqual({ kind: 'time', time: local(24, 17, 0) })
  })
})

describe('a duration', () => {
  it.each([
    ['60s', 60_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['2 d', 172_800_000],
  ])('can be written %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['60', '', 's', '60 parsecs', '-60s', '1h30'])('is not %j', text => {
    expect(parseDuration(text)).toBeNull()
  })
})
