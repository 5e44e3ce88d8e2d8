import { expect, test } from 'vitest'
import { sections } from '../../src/events/definition.ts'
import {
  definitionOf,
  type EventType,
  eventTypes,
  isEventType,
  offByDefault,
  rankOf,
  severityOf,
} from '../../src/events/definitions.ts'
import { definitions } from '../../src/events/registry.ts'
import type { Fields, Schema } from '../../src/events/schema.ts'

test('the types come in the order that ranks the events of one transition', () => {
  expect(eventTypes).toEqual(
    words(`
      group-snapshot group-created group-migrated group-revived
      member-left member-suspended member-replaced member-changed member-joined
      rebalance-started rebalance assignor-changed leader-changed
      offset-committed offset-rewound offset-reset offset-deleted topic-recreated
      group-emptied group-deleted
      offset-stalled offset-resumed lag-exceeded lag-recovered
      offset-at-risk offset-safe
      offset-out-of-range offset-range-recovered rebalance-stuck rebalance-resumed
      rebalance-storm rebalance-settled partition-unassigned partition-assigned
      assignment-skewed assignment-balanced
      koff-caught-up koff-undecodable koff-heartbeat
    `),
  )
  expect(eventTypes.map(rankOf)).toEqual(eventTypes.map((_, rank) => rank))
})

test('severity is a warning or an error for exactly these types', () => {
  expect(typesOf('warn')).toEqual(
    words(`
      offset-rewound offset-reset group-emptied group-deleted
      lag-exceeded offset-at-risk assignment-skewed koff-undecodable
    `),
  )
  expect(typesOf('error')).toEqual(
    words(`
      topic-recreated offset-stalled offset-out-of-range
      rebalance-stuck rebalance-storm partition-unassigned
    `),
  )
})

test('three types are off until asked for', () => {
  expect([...offByDefault]).toEqual(['leader-changed', 'offset-committed', 'koff-heartbeat'])
})

test('every section has events', () => {
  expect([...new Set(definitions.map(({ section }) => section))]).toEqual(sections)
})

test('an event that ends a condition comes right after the one that opens it, and names it', () => {
  const closers = definitions.filter(({ closes }) => closes !== null)
  expect(closers).toHaveLength(8)
  for (const closer of closers) {
    expect(closer.closes).toBe(eventTypes[rankOf(closer.type) - 1])
    expect(Object.keys(closer.data)).toEqual(expect.arrayContaining(['opened', 'durationMs']))
  }
})

test('every event and every field, however deep, has a description', () => {
  const unsaid = definitions.flatMap(({ type, trigger, data }) => [
    ...(trigger.endsWith('.') ? [] : [type]),
    ...fieldsWithoutSentence(type, data),
  ])
  expect(unsaid).toEqual([])
})

test('a type that is not known is refused with those that are', () => {
  expect(isEventType('member-joined')).toBe(true)
  expect(isEventType('member-jioned')).toBe(false)
  expect(() => definitionOf('member-jioned' as EventType)).toThrow(/"member-jioned"; known: .*member-joined/)
})

const words = (text: string): string[] => text.trim().split(/\s+/)

const typesOf = (severity: string) => eventTypes.filter(type => severityOf(type) === severity)

function fieldsWithoutSentence(path: string, fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, schema]) => withoutSentence(`${path}.${name}`, schema))
}

function withoutSentence(path: string, schema: Schema): string[] {
  const own = /^\S.*\.$/.test(schema.doc) ? [] : [path]
  if (schema.kind === 'nullable' || schema.kind === 'list') return [...own, ...withoutSentence(`${path}[]`, schema.of)]
  return schema.kind === 'record' ? [...own, ...fieldsWithoutSentence(path, schema.fields)] : own
}
