import type { Int64 } from './envelope.ts'

/**
 * The shapes of event data. One description gives the TypeScript type (`Infer`), the Avro schema (avro.ts) and a row of
 * the documentation, which therefore agree.
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
  /** The number of bytes that it counts when the size of an event is measured, unless it is longer: see size.ts. */
  readonly countsAs?: number
  /** Null stands for an unknown text of a topic: it counts as much. */
  readonly nullIsUnknown?: boolean
}

export interface EnumSchema<S extends string = string> {
  readonly kind: 'enum'
  readonly name: string
  /** The symbols that koff writes. Avro has one more, `unknown`, as the default, so that an enum can grow. */
  readonly symbols: readonly S[]
  /** What the named type is; `doc` is its role in one place. */
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
  /** What the named type is; `doc` is its role in one place. */
  readonly about: string
  readonly doc: string
}

export interface Fields {
  readonly [name: string]: Schema
}

/** The TypeScript type that a schema describes. */
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

/** A topic name: at most 249 bytes in Kafka. */
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

/** Names that are valid Avro symbols; an enum in Avro. An older reader sees `unknown` in place of a newer name. */
export function enumOf<const S extends string>(name: string, symbols: readonly S[], about: string): EnumSchema<S> {
  return { kind: 'enum', name, symbols, about, doc: about }
}

/** Words that need not be valid Avro symbols (`group-deleted`); a string in Avro. */
export const wordOf = <const W extends string>(words: readonly W[], doc: string): WordSchema<W> => ({
  kind: 'word',
  words,
  doc,
})

/** Null in place of the value, and by default, so that such a field can be added later. */
export const nullable = <S extends Schema>(of: S): NullableSchema<S> => ({ kind: 'nullable', of, doc: of.doc })

/** Empty by default, so that such a field can be added later. */
export const list = <S extends Schema>(of: S, doc: string): ListSchema<S> => ({ kind: 'list', of, doc })

/** `name` is the Avro name: each name has one shape, which may be used several times. */
export const record = <F extends Fields>(name: string, about: string, fields: F): RecordSchema<F> => ({
  kind: 'record',
  name,
  fields,
  about,
  doc: about,
})

/** The same shape with the documentation of another role. */
export const described = <S extends Schema>(schema: S, doc: string): S => ({ ...schema, doc })
