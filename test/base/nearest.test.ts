import { describe, expect, it } from 'vitest'
import { choices, nearest, nearestNames, suggestion } from '../../src/base/nearest.ts'

describe('the nearest known name', () => {
  const commands = ['run', 'events', 'print', 'record', 'replay', 'groups', 'decode']

  it.each([
    ['evnts', 'events'],
    ['veents', 'events'],
    ['Events', 'events'],
    ['rum', 'run'],
    ['reply', 'replay'],
    ['recrod', 'record'],
    ['decoder', 'decode'],
    ['gruops', 'groups'],
  ])('of %s is %s', (name, meant) => {
    expect(nearest(name, commands)).toBe(meant)
  })

  it.each(['x', 'consume', '', 'status', 'runtime-x'])('of %j is none', name => {
    expect(
      nearest(
        name,
        commands.filter(command => command !== 'run'),
      ),
    ).toBeUndefined()
  })

  it('is a longer name that begins like it, when no other is near', () => {
    expect(nearest('warning', ['info', 'warn'])).toBe('warn')
    expect(nearest('connect', ['clientId', 'connectTimeoutMs'])).toBe('connectTimeoutMs')
  })

  it('is suggested, or else all that is known', () => {
    expect(suggestion('pint', commands)).toBe('did you mean print?')
    expect(suggestion('consume', ['run', 'events'])).toBe('known: run, events')
  })

  it('is suggested, and all that is known, where that is little', () => {
    expect(choices('evnts', ['run', 'events'])).toBe('did you mean events? known: run, events')
    expect(choices('consume', ['run', 'events'])).toBe('known: run, events')
  })
})

it('the nearest of many names are those that hold it, then those with the fewest slips', () => {
  const known = ['payments', 'payments-eu', 'refunds', 'paymants', 'orders', 'shop']
  expect(nearestNames('payments', known, 3)).toEqual(['payments', 'payments-eu', 'paymants'])
  expect(nearestNames('pay', known, 5)).toEqual(['payments', 'paymants', 'payments-eu'])
  expect(nearestNames('inventory', known, 5)).toEqual([])
})
