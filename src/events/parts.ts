import { definitionOf, type EventType } from './definitions.ts'
import { type RecordSchema, record, type Schema } from './schema.ts'
import { shortened } from './shortened.ts'
import { brackets, comma, longestEscape, measure, measureNull, measureText, nameBytes, quotes } from './size.ts'

/** The data of one part of an event. */
export interface DataPart {
  readonly data: object
  readonly part: number
  readonly parts: number
  /** A text in the event was shortened. */
  readonly truncated: boolean
}

/**
 * The maximum size of an event as JSON without `cluster`: it fits Kafka's default for a message, BullMQ and HTTP
 * receivers.
 */
export const mostEventBytes = 512 * 1024
/** The envelope except the group: its fields with the largest possible values. */
const envelopeBytes = 512
/** Data below this size cannot contain a text that is too long, and needs no second check. */
const smallBytes = 48 * 1024
/** The maximum length of a text; less where the texts of one element would fill an event by themselves. */
const textLimits = [64 * 1024, 16 * 1024, 4 * 1024, 1024] as const

/**
 * Splits the data of an event that would be too large into parts. Each part is filled in order as far as it goes: lists
 * continue in the next part, and the element around a list is repeated in it. Null for an event that fits, as nearly
 * all do.
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
  /** The rest for the next part. */
  readonly rest: { readonly value: unknown } | null
}

/** The part of a value that fits into `room`; null where nothing fits. */
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

/** Fields that are not lists are in each part; lists, also nested ones, are filled one after the other. */
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

/** It has no elements that could move to another part. */
function isWhole(schema: Schema, value: unknown): boolean {
  if (schema.kind === 'list') return (value as readonly unknown[]).length === 0
  if (schema.kind === 'nullable') return value === null || isWhole(schema.of, value)
  if (schema.kind !== 'record') return true
  return Object.entries(schema.fields).every(([name, field]) => isWhole(field, (value as Value)[name]))
}

/** A cheap upper bound, because every event is checked. */
function isSmall(schema: Schema, value: unknown): boolean {
  return boundOf(schema)(value, smallBytes) >= 0
}

/** Subtracts the maximum size of a value from what is left; negative where it does not fit. */
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

/** The maximum size of a number, word or enum. */
const shortBytes = 40
