import type { Int64 } from './envelope.ts'

/**
 * The few shapes that event data is made of. One description gives three things: the TypeScript type (`Infer`), the Avro
 * schema (avro.ts) and a row of the documentation, which therefore cannot disagree.
 */
export type Schema =
  | StringSchema
  | Plain<'int'>
  | Plain<'long'>
  | Plain<'millis'>
  | Plain<'time'>
  | Plain<'boolean'>
  | EnumSchema
  | WordSchema
  | NullableSchema
  | ListSchema
  | RecordSchema

export interface Plain<K extends string> {
  readonly kind: K
  readonly doc: string
}

export interface StringSchema extends Plain<'string'> {
  /** So many bytes it counts when the size of an event is measured, if it is not longer: see size.ts. */
  readonly countsAs?: number
  /** Null stands for a text that is there but not known: it counts as much. */
  readonly nullIsUnknown?: boolean
}

export interface EnumSchema<S extends string = string> {
  readonly kind: 'enum'
  readonly name: string
  /** What koff writes. In Avro `unknown` is always one more symbol, and the default: so an enum can grow. */
  readonly symbols: readonly S[]
  /** What the named type is, whatever its role; `doc` is the role. */
  readonly about: string
  readonly doc: string
}

export interface WordSchema<W extends string = string> {
  readonly kind: 'word'
  readonly words: readonly W[]
  readonly doc: string
}

export interface NullableSchema<S extends Schema = Schema> {
  readonly kind: 'nullable'
  readonly of: S
  readonly doc: string
}

export interface ListSchema<S extends Schema = Schema> {
  readonly kind: 'list'
  readonly of: S
  readonly doc: string
}

export interface RecordSchema<F extends Fields = Fields> {
  readonly kind: 'record'
  readonly name: string
  readonly fields: F
  /** What the named type is, whatever its role; `doc` is the role. */
  readonly about: string
  readonly doc: string
}

export interface Fields {
  readonly [name: string]: Schema
}

/** The TypeScript type of what a schema describes. */
export type Infer<S> = S extends { readonly kind: keyof PlainTypes }
  ? PlainTypes[S['kind']]
  : S extends { readonly fields: infer F }
    ? InferFields<F>
    : S extends { readonly kind: 'list'; readonly of: infer O }
      ? readonly Infer<O>[]
      : S extends { readonly kind: 'nullable'; readonly of: infer O }
        ? Infer<O> | null
        : InferWord<S>

type InferWord<S> = S extends { readonly symbols: readonly (infer E)[] }
  ? E
  : S extends { readonly words: readonly (infer W)[] }
    ? W
    : never

interface PlainTypes {
  readonly string: string
  readonly int: number
  readonly long: Int64
  readonly millis: number
  readonly time: number
  readonly boolean: boolean
}

export type InferFields<F> = { readonly [K in keyof F]: Infer<F[K]> }

/** Any Unicode text. */
export const string = (doc: string): Plain<'string'> => ({ kind: 'string', doc })

/** The name of a topic: at most 249 bytes in Kafka. */
export const topicName = (doc: string): StringSchema => ({ kind: 'string', doc, countsAs: 300, nullIsUnknown: true })

export const topicId = (doc: string): StringSchema => ({ kind: 'string', doc, countsAs: 300 })

/** 32 bits, signed. */
export const int = (doc: string): Plain<'int'> => ({ kind: 'int', doc })

/** 64 bits, signed, exact over its whole range: offsets and differences of offsets. */
export const long = (doc: string): Plain<'long'> => ({ kind: 'long', doc })

/** A duration in milliseconds; a long in Avro. */
export const millis = (doc: string): Plain<'millis'> => ({ kind: 'millis', doc })

/** A point in time in milliseconds since the epoch; `timestamp-millis` in Avro. */
export const time = (doc: string): Plain<'time'> => ({ kind: 'time', doc })

export const boolean = (doc: string): Plain<'boolean'> => ({ kind: 'boolean', doc })

/** Names that are legal Avro symbols; an enum in Avro. A reader sees `unknown` in place of a name newer than its schema. */
export function enumOf<const S extends string>(name: string, symbols: readonly S[], about: string): EnumSchema<S> {
  return { kind: 'enum', name, symbols, about, doc: about }
}

/** Words that need not be Avro symbols (`group-deleted`); a string in Avro. */
export const wordOf = <const W extends string>(words: readonly W[], doc: string): WordSchema<W> => ({
  kind: 'word',
  words,
  doc,
})

/** Null in place of the value, and null as the default, so that such a field can be added later. */
export const nullable = <S extends Schema>(of: S): NullableSchema<S> => ({ kind: 'nullable', of, doc: of.doc })

/** Empty by default, so that such a field can be added later. */
export const list = <S extends Schema>(of: S, doc: string): ListSchema<S> => ({ kind: 'list', of, doc })

/** `name` is the Avro name: one name, one shape, used as often as needed. */
export const record = <F extends Fields>(name: string, about: string, fields: F): RecordSchema<F> => ({
  kind: 'record',
  name,
  fields,
  about,
  doc: about,
})

/** The same shape in a role of its own. */
export const described = <S extends Schema>(schema: S, doc: string): S => ({ ...schema, doc })
