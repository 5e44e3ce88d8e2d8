import type { EventType } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'

type Value = Readonly<Record<string, unknown>>

/**
 * What a reader does who wants a large event whole: lists of its parts one after the other. Where the last element of
 * one part and the first of the next are of the same member or topic, they are one element.
 */
export function mergeParts<T extends EventType>(parts: readonly KoffEvent<T>[]): KoffEvent<T>['data'] {
  const [first, ...rest] = parts.map(({ data }) => data as Value)
  return rest.reduce((whole, data) => mergeRecord(whole, data), first as Value) as KoffEvent<T>['data']
}

function mergeRecord(a: Value, b: Value): Value {
  return Object.fromEntries(Object.keys(a).map(name => [name, mergeField(a[name], b[name])]))
}

function mergeField(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return mergeLists(a, b)
  if (typeof a === 'object' && a !== null && !Array.isArray(a)) return mergeRecord(a as Value, b as Value)
  return a
}

function mergeLists(a: readonly unknown[], b: readonly unknown[]): unknown[] {
  const [last, first] = [a.at(-1), b[0]]
  if (!isSame(last, first)) return [...a, ...b]
  return [...a.slice(0, -1), mergeRecord(last as Value, first as Value), ...b.slice(1)]
}

const names = ['id', 'memberId', 'topic', 'topicId', 'subtopology'] as const

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return names.every(name => (a as Value)[name] === (b as Value)[name])
}
