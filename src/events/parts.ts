import { definitionOf, type EventType } from './definitions.ts'
import { type RecordSchema, record, type Schema } from './schema.ts'
import { shortened } from './shortened.ts'
import { brackets, comma, longestEscape, measure, measureNull, measureText, nameBytes, quotes } from './size.ts'

/** The data of one part of an event. */
export interface DataPart {
  readonly data: object
  readonly part: number
  readonly parts: number
  /** A text in the event is shortened. */
  readonly truncated: boolean
}

/** No event is larger, as JSON without `cluster`: that fits Kafka's default for a message, BullMQ and receivers of HTTP. */
export const mostEventBytes = 512 * 1024
/** All of the envelope but the group: its fields with the largest values that they can have. */
const envelopeBytes = 512
/** Data that is surely below this has no text that is too long, and needs no second look. */
const smallBytes = 48 * 1024
/** The longest text; only where an element's texts would fill an event by themselves, less. */
const textLimits = [64 * 1024, 16 * 1024, 4 * 1024, 1024] as const

/**
 * Cuts the data of an event that would be too large into parts, each filled in order as far as it goes: lists go on in
 * the next part, what holds a list is repeated in it. Null for an event that is as it should be, which nearly all are.
 */
export function dataParts(type: EventType, data: object, group: string): readonly DataPart[] | null {
  const schema = schemaOf(type)
  if (isSmall(schema, data)) return null
  const room = mostEventBytes - envelopeBytes - measureText(group)
  for (const limit of textLimits) {
    const whole = shortened(schema, data, limit)
    const pieces = cut(schema, whole, room)
    if (pieces === null) continue
    const truncated = whole !== data
    if (pieces.length === 1 && !truncated) return null
    return pieces.map((piece, at) => ({ data: piece as object, part: at + 1, parts: pieces.length, truncated }))
  }
  throw new RangeError(`data of ${type} cannot be cut to ${room} bytes`)
}

const schemas = new Map<EventType, RecordSchema>()

function schemaOf(type: EventType): RecordSchema {
  let schema = schemas.get(type)
  if (schema === undefined) schemas.set(type, (schema = record(type, type, definitionOf(type).data)))
  return schema
}

/** Null where the texts of one element leave no room for anything else. */
function cut(schema: Schema, whole: unknown, room: number): readonly unknown[] | null {
  const pieces: unknown[] = []
  for (let rest: Taken['rest'] = { value: whole }; rest !== null; ) {
    const taken = take(schema, rest.value, room)
    if (taken === null) return null
    pieces.push(taken.head)
    rest = taken.rest
  }
  return pieces
}

interface Taken {
  readonly head: unknown
  readonly bytes: number
  /** What is left for the next part. */
  readonly rest: { readonly value: unknown } | null
}

/** As much of a value as fits into `room`; null where nothing of it does. */
function take(schema: Schema, value: unknown, room: number): Taken | null {
  const bytes = measure(schema, value, room)
  if (bytes <= room) return { head: value, bytes, rest: null }
  if (schema.kind === 'nullable' && value !== null) return take(schema.of, value, room)
  if (schema.kind === 'list') return takeOfList(schema.of, value as readonly unknown[], room)
  return schema.kind === 'record' ? takeOfRecord(schema, value as Value, room) : null
}

function takeOfList(schema: Schema, elements: readonly unknown[], room: number): Taken | null {
  const head: unknown[] = []
  let bytes = brackets
  for (const [at, element] of elements.entries()) {
    const separator = at === 0 ? 0 : comma
    const taken = take(schema, element, room - bytes - separator)
    if (taken !== null) {
      head.push(taken.head)
      bytes += separator + taken.bytes
    }
    if (taken?.rest === null) continue
    if (head.length === 0) return null
    const first = taken === null ? element : taken.rest?.value
    return { head, bytes, rest: { value: [first, ...elements.slice(at + 1)] } }
  }
  return { head, bytes, rest: null }
}

/** What is not a list is in each part; the lists, also those further down, are filled one after the other. */
function takeOfRecord(schema: RecordSchema, value: Value, room: number): Taken | null {
  const frame = emptiedRecord(schema, value)
  let bytes = measure(schema, frame, room)
  if (bytes > room) return null
  const head: Record<string, unknown> = { ...frame }
  const rest: Record<string, unknown> = { ...frame }
  let hasElements = false
  let isFull = false
  for (const [name, field] of Object.entries(schema.fields)) {
    if (isWhole(field, value[name])) continue
    const without = measure(field, frame[name])
    const taken = isFull ? null : take(field, value[name], room - bytes + without)
    if (taken !== null) {
      head[name] = taken.head
      bytes += taken.bytes - without
      hasElements = true
    }
    if (taken?.rest === null) continue
    isFull = true
    rest[name] = taken === null ? value[name] : taken.rest?.value
  }
  return hasElements ? { head, bytes, rest: isFull ? { value: rest } : null } : null
}

type Value = Readonly<Record<string, unknown>>

/** With empty lists. */
function emptiedRecord(schema: RecordSchema, value: Value): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.fields)) result[name] = emptied(field, value[name])
  return result
}

function emptied(schema: Schema, value: unknown): unknown {
  if (schema.kind === 'list') return noElements
  if (schema.kind === 'nullable' && value !== null) return emptied(schema.of, value)
  if (schema.kind === 'record') return emptiedRecord(schema, value as Value)
  return value
}

const noElements: readonly unknown[] = []

/** It has no elements that could go into another part. */
function isWhole(schema: Schema, value: unknown): boolean {
  if (schema.kind === 'list') return (value as readonly unknown[]).length === 0
  if (schema.kind === 'nullable') return value === null || isWhole(schema.of, value)
  if (schema.kind !== 'record') return true
  return Object.entries(schema.fields).every(([name, field]) => isWhole(field, (value as Value)[name]))
}

/** By an upper bound that costs little: each event goes through it. */
function isSmall(schema: Schema, value: unknown): boolean {
  return boundOf(schema)(value, smallBytes) >= 0
}

/** Takes what a value needs at most off what is left; negative where that is not enough. */
type Bound = (value: unknown, left: number) => number

const bounds = new WeakMap<Schema, Bound>()

function boundOf(schema: Schema): Bound {
  let bound = bounds.get(schema)
  if (bound === undefined) bounds.set(schema, (bound = makeBound(schema)))
  return bound
}

function makeBound(schema: Schema): Bound {
  switch (schema.kind) {
    case 'string': {
      const { countsAs = 0 } = schema
      return (value, left) => left - Math.max(countsAs, (value as string).length * longestEscape + quotes)
    }
    case 'enum':
    case 'word':
    case 'boolean':
    case 'int':
    case 'long':
    case 'millis':
    case 'time':
      return (_, left) => left - shortBytes
    case 'nullable': {
      const bound = boundOf(schema.of)
      const ofNull = measureNull(schema.of)
      return (value, left) => (value === null ? left - ofNull : bound(value, left))
    }
    case 'list': {
      const bound = boundOf(schema.of)
      return (value, left) => {
        let rest = left - brackets
        for (const element of value as readonly unknown[]) {
          if (rest < 0) return rest
          rest = bound(element, rest) - comma
        }
        return rest
      }
    }
    case 'record': {
      const fields = Object.entries(schema.fields).map(([name, field]) => [name, boundOf(field)] as const)
      const names = fields.reduce((sum, [name]) => sum + nameBytes(name) + comma, brackets)
      return (value, left) => {
        let rest = left - names
        for (const [name, bound] of fields) rest = bound((value as Value)[name], rest)
        return rest
      }
    }
  }
}

/** More than any number, word or enum takes. */
const shortBytes = 40
