import { describe, expect, it } from 'vitest'
import { selectedEvents } from '../../src/config/eventPatterns.ts'
import { eventTypes, offByDefault } from '../../src/events/definitions.ts'

describe('the events that a configuration selects', () => {
  it('are by default all but those that are off by default', () => {
    const selected = selectedEvents({ include: ['default'], exclude: [] })
    expect(eventTypes.filter(type => !selected.has(type))).toEqual([...offByDefault])
    expect(offByDefault.has('offset-committed')).toBe(true)
  })

  it('can be the default and more', () => {
    expect(selectedEvents({ include: ['default', 'leader-changed'], exclude: [] })).toContain('leader-changed')
  })

  it('can be a pattern, less another', () => {
    const selected = selectedEvents({ include: ['offset-*'], exclude: ['offset-committed', '*-deleted'] })
    expect([...selected]).toContain('offset-rewound')
    expect([...selected].every(type => type.startsWith('offset-'))).toBe(true)
    expect(selected).not.toContain('offset-committed')
    expect(selected).not.toContain('offset-deleted')
  })

  it('can be all of them', () => {
    expect(selectedEvents({ include: ['*'], exclude: [] }).size).toBe(eventTypes.length)
  })
})
