import { isEventType } from './definitions.ts'
import { int64Of, type KoffEvent } from './envelope.ts'
import { eventRecord } from './eventRecord.ts'
import type { Schema } from './schema.ts'

/**
 * An event of this version, from the plain value that any version wrote: missing fields get their defaults, unknown
 * fields are left out. Null where this version does not know the type.
 * @throws RangeError where the value is not an event.
 */
export function storedEvent(value: unknown): KoffEvent | null {
  const { type } = asRecord(value, 'event')
  if (typeof type !== 'string') throw new RangeError('not an event: it has no type')
  return isEventType(type) ? (present(eventRecord(type), value, '') as KoffEvent) : null
}

function present(schema: Schema, value: unknown, path: string): unknown {
  switch (schema.kind) {
    case 'nullable':
      return value === null || value === undefined ? null : present(schema.of, value, path)
    case 'list':
      if (value === undefined) return []
      if (!Array.isArray(value)) throw misfit(path)
      return value.map((item: unknown) => present(schema.of, item, path))
    case 'record': {
      const given = asRecord(value, path)
      const fields = Object.entries(schema.fields)
      return Object.fromEntries(fields.map(([name, field]) => [name, present(field, given[name], `${path}.${name}`)]))
    }
    case 'enum':
      if (typeof value !== 'string') throw misfit(path)
      return schema.symbols.includes(value) ? value : 'unknown'
    case 'string':
    case 'word':
      if (typeof value !== 'string') throw misfit(path)
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit(path)
      return value
    case 'int':
    case 'long':
    case 'millis':
    case 'time':
      if (typeof value === 'number' || typeof value === 'bigint') return value
      // JSON has a decimal string for a number that would not be exact.
      if (typeof value === 'string' && /^-?\d+$/.test(value)) return int64Of(BigInt(value))
      throw misfit(path)
  }
}

function asRecord(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  throw misfit(path)
}

function misfit(path: string): RangeError {
  return new RangeError(`not an event: it does not fit the definition at ${path.replace(/^\./, '')}`)
}
