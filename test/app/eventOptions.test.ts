import { describe, expect, it } from 'vitest'
import { eventFilter, typesOf } from '../../src/app/eventOptions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'

const member = { id: 'till-1-3f2a8c21-0d5e-4f6e-9a55-7d2a3c1b0e9f', clientId: 'till-1', instanceId: null }
const event = (type: string, data: object, severity = 'info', group = 'shop') =>
  ({ type, data, severity, group }) as unknown as KoffEvent

const joined = event('member-joined', { member: { ...member, subscription: { topics: ['orders'], regex: null } } })
const rewound = event('offset-rewound', { topic: 'refunds', partition: 3, from: 5, to: 4 }, 'warn')
const replaced = event('member-replaced', { instanceId: 'pod-0', from: 'a-1', to: 'a-2' })
const stalled = event('offset-stalled', { topic: 'orders', partition: 1, member }, 'error', 'other')
const all = [joined, rewound, replaced, stalled]

const left = (options: object, name?: string) => all.filter(eventFilter({ snapshot: true, ...options }, name))

describe('flags about events', () => {
  it('leave what is as bad as --severity, or worse', () => {
    expect(left({ severity: 'warn' })).toEqual([rewound, stalled])
    expect(left({ severity: 'info' })).toEqual(all)
  })

  it('leave what names a topic, in whatever place', () => {
    expect(left({ topic: ['orders'] })).toEqual([joined, stalled])
    expect(left({ topic: ['ref*'] })).toEqual([rewound])
  })

  it.each([['till-1'], ['till-1/3f2a8c21'], ['till-1-3f2a'], ['till-*']])('leave what names the member %s', name => {
    expect(left({ member: [name] })).toEqual([joined, stalled])
  })

  it('leave what names a static member by its instance id or one of its ids', () => {
    expect(left({ member: ['pod-0'] })).toEqual([replaced])
    expect(left({ member: ['a-2'] })).toEqual([replaced])
  })

  it('leave groups by pattern, and leave out those of koff itself', () => {
    expect(left({ group: ['oth*'] })).toEqual([stalled])
    expect(left({}, 'shop')).toEqual(all)
    expect([event('x', {}, 'info', 'shop.instances')].filter(eventFilter({ snapshot: true }, 'shop'))).toEqual([])
  })

  it('take types, patterns and severities', () => {
    expect([...typesOf({ event: ['error'], snapshot: true })]).toContain('offset-stalled')
    expect([...typesOf({ event: ['error'], snapshot: true })]).not.toContain('offset-rewound')
    expect([...typesOf({ event: ['offset-re*'], snapshot: true })].sort()).toEqual([
      'offset-reset',
      'offset-resumed',
      'offset-rewound',
    ])
  })
})
