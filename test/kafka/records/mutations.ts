import * as fc from 'fast-check'

/** A record that was changed: what a broken disk, a broken client or somebody's own format could leave in the topic. */
export interface Mutation {
  /** Which of the records to begin with. */
  readonly base: number
  /** Which record's value takes the place of its own; null for its own. */
  readonly other: number | null
  readonly key: readonly Edit[]
  readonly value: readonly Edit[]
  readonly without: 'nothing' | 'key' | 'value'
}

/** `at` is taken modulo the length that the bytes have by then. */
type Edit =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set'; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: 'drop'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut'; readonly at: number }

/** Ends of ranges: of lengths, varints and versions, and of what can follow what in UTF-8. */
const edges = [0, 1, 2, 3, 4, 5, 0x10, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2]
const edgesAbove = [0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xfe, 0xff]
const byte = fc.oneof(fc.constantFrom(...edges, ...edgesAbove), fc.nat({ max: 255 }))
/** Unsigned varints of five and more bytes: up to 2^31, negative, too long. */
const longVarint = fc
  .tuple(fc.array(fc.constantFrom(0x80, 0xff), { minLength: 4, maxLength: 5 }), fc.constantFrom(0, 7, 8, 0x0f, 0x7f))
  .map(([bytes, last]) => [...bytes, last])
const someBytes = fc.oneof(
  { arbitrary: fc.array(byte, { minLength: 1, maxLength: 6 }), weight: 5 },
  { arbitrary: longVarint, weight: 1 },
)
const at = fc.nat({ max: 0xffff })

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('set' as const), at, bytes: someBytes }),
  fc.record({ kind: fc.constant('insert' as const), at, bytes: someBytes }),
  fc.record({ kind: fc.constant('drop' as const), at, length: fc.nat({ max: 8 }) }),
  fc.record({ kind: fc.constant('cut' as const), at }),
)

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  base: fc.nat(),
  other: fc.option(fc.nat(), { freq: 12 }).map(index => (index !== null && index % 2 === 0 ? null : index)),
  key: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: fc.array(edit, { maxLength: 2 }), weight: 1 }),
  value: fc.array(edit, { maxLength: 3 }),
  without: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'key', 'value'),
})

export interface RawRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export function mutate(records: readonly RawRecord[], change: Mutation): RawRecord {
  const base = pick(records, change.base)
  const value = change.other === null ? base.value : pick(records, change.other).value
  return {
    key: change.without === 'key' ? null : edited(base.key, change.key),
    value: change.without === 'value' ? null : edited(value, change.value),
  }
}

function pick(records: readonly RawRecord[], index: number): RawRecord {
  const record = records[index % records.length]
  if (record === undefined) throw new Error('no records to change')
  return record
}

function edited(bytes: Buffer | null, edits: readonly Edit[]): Buffer | null {
  return bytes === null ? null : edits.reduce(apply, bytes)
}

function apply(bytes: Buffer, change: Edit): Buffer {
  const index = bytes.length === 0 ? 0 : change.at % bytes.length
  const before = bytes.subarray(0, index)
  const from = (skipped: number): Buffer => bytes.subarray(index + skipped)
  switch (change.kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(bytes[index] ?? 0) ^ (1 << change.bit)]), from(1)])
    case 'set':
      return Buffer.concat([before, Buffer.from(change.bytes), from(change.bytes.length)])
    case 'insert':
      return Buffer.concat([before, Buffer.from(change.bytes), from(0)])
    case 'drop':
      return Buffer.concat([before, from(change.length)])
    case 'cut':
      return before
    default:
      return change satisfies never
  }
}
