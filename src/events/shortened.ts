import type { Schema } from './schema.ts'
import { longestEscape, measureText, quotes } from './size.ts'

/** The value with every text shortened to `most` bytes of JSON; the same object where no text is longer. */
export function shortened(schema: Schema, value: unknown, limit: number): unknown {
  return hasLonger(schema, value, limit) ? shorten(schema, value, limit) : value
}

/** By an upper bound: nearly always false, and then nothing has to be copied. */
function hasLonger(schema: Schema, value: unknown, limit: number): boolean {
  switch (schema.kind) {
    case 'string':
      return (value as string).length * longestEscape + quotes > limit
    case 'nullable':
      return value !== null && hasLonger(schema.of, value, limit)
    case 'list':
      return !isFixed(schema.of) && (value as readonly unknown[]).some(element => hasLonger(schema.of, element, limit))
    case 'record':
      for (const name in schema.fields) {
        if (hasLonger(schema.fields[name] as Schema, (value as Value)[name], limit)) return true
      }
      return false
    case 'enum':
    case 'word':
    case 'boolean':
    case 'int':
    case 'long':
    case 'millis':
    case 'time':
      return false
  }
}

/** Numbers and names, of which there can be many. */
function isFixed({ kind }: Schema): boolean {
  return kind !== 'string' && kind !== 'nullable' && kind !== 'list' && kind !== 'record'
}

type Value = Readonly<Record<string, unknown>>

function shorten(schema: Schema, value: unknown, limit: number): unknown {
  switch (schema.kind) {
    case 'string':
      return shortenedText(value as string, limit)
    case 'nullable':
      return value === null ? null : shorten(schema.of, value, limit)
    case 'list': {
      const elements = value as readonly unknown[]
      const short = elements.map(element => shorten(schema.of, element, limit))
      return short.every((element, at) => element === elements[at]) ? value : short
    }
    case 'record': {
      let short: Record<string, unknown> | null = null
      for (const [name, field] of Object.entries(schema.fields)) {
        const before = (value as Value)[name]
        const after = shorten(field, before, limit)
        if (after !== before) (short ??= { ...(value as object) })[name] = after
      }
      return short ?? value
    }
    case 'enum':
    case 'word':
    case 'boolean':
    case 'int':
    case 'long':
    case 'millis':
    case 'time':
      return value
  }
}

function shortenedText(text: string, limit: number): string {
  if (measureText(text) <= limit) return text
  // The longest prefix that fits: its size grows with its length. Base64 stays valid when cut at a multiple of four.
  let [fits, tooLong] = [0, Math.min(text.length, limit - quotes) + 1]
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1
    if (measureText(text.slice(0, middle)) <= limit) fits = middle
    else tooLong = middle
  }
  const length = fits - (fits % 4)
  const last = text.charCodeAt(length - 1)
  // Half of a surrogate pair is not a character.
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
