import { int64Json } from '../coordinator/jsonValue.ts'
import type { Int64 } from './envelope.ts'
import type { Schema, StringSchema } from './schema.ts'

/**
 * The size of a value in NDJSON; for one above `most`, some number above that. A topic's name or id counts as 300
 * bytes: a live run knows names that a replay does not, and both must split events at the same places.
 */
export function measure(schema: Schema, value: unknown, most = Number.POSITIVE_INFINITY): number {
  switch (schema.kind) {
    case 'string':
      return measureText(value as string, schema.countsAs)
    case 'enum':
    case 'word':
      return (value as string).length + quotes
    case 'boolean':
      return value === true ? 4 : 5
    case 'long':
      return measureInt64(value as Int64)
    case 'int':
    case 'millis':
    case 'time':
      return String(value).length
    case 'nullable':
      return value === null ? measureNull(schema.of) : measure(schema.of, value, most)
    case 'list': {
      if (schema.of.kind === 'string') return measureTexts(schema.of, value as readonly string[])
      const elements = value as readonly unknown[]
      let bytes = brackets + Math.max(0, elements.length - 1) * comma
      for (const element of elements) {
        if (bytes > most) return bytes
        bytes += measure(schema.of, element, most - bytes)
      }
      return bytes
    }
    case 'record': {
      let bytes = brackets - comma
      for (const [name, field] of Object.entries(schema.fields)) {
        if (bytes > most) return bytes
        bytes += comma + nameBytes(name)
        bytes += measure(field, (value as Record<string, unknown>)[name], most - bytes)
      }
      return bytes
    }
  }
}

/** Members of a large group share one list of topics: it is measured once. */
const measuredTexts = new WeakMap<readonly string[], number>()

function measureTexts(schema: StringSchema, texts: readonly string[]): number {
  let bytes = measuredTexts.get(texts)
  if (bytes === undefined) {
    bytes = brackets + Math.max(0, texts.length - 1) * comma
    for (const text of texts) bytes += measureText(text, schema.countsAs)
    if (texts.length >= worthKeeping) measuredTexts.set(texts, bytes)
  }
  return bytes
}

const worthKeeping = 20

export function measureNull(schema: Schema): number {
  const counts = schema.kind === 'string' && schema.nullIsUnknown === true ? schema.countsAs : undefined
  return counts ?? 'null'.length
}

/** With its quotes. */
export function measureText(text: string, countsAs?: number): number {
  // A text that counts as a fixed size is rarely longer; a longer one cannot be the name of a topic.
  if (countsAs !== undefined && text.length * longestEscape + quotes <= countsAs) return countsAs
  const bytes = isPlain.test(text) ? text.length + quotes : Buffer.byteLength(JSON.stringify(text))
  return Math.max(bytes, countsAs ?? 0)
}

export function nameBytes(name: string): number {
  return name.length + quotes + ':'.length
}

function measureInt64(value: Int64): number {
  const json = typeof value === 'bigint' ? int64Json(value) : value
  return String(json).length + (typeof json === 'string' ? quotes : 0)
}

/** No character that JSON escapes, and one byte for each. */
const isPlain = /^[ !#-[\]-~]*$/
/** `\u0000` */
export const longestEscape = 6
export const quotes = 2
/** Or braces. */
export const brackets = 2
export const comma = 1
