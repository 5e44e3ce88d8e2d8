import { z } from 'zod'
import { covers, intersect, parseVersionRange, type VersionRange } from './versionRange.ts'

/** One of Kafka's message specs, checked: what the writer of code can rely on. Names are in camelCase, as in Kafka's JSON. */
export interface MessageSpec {
  readonly name: string
  readonly kind: 'coordinator-key' | 'coordinator-value' | 'data'
  /** The record type of a key or a value; null for plain data. */
  readonly typeId: number | null
  readonly versions: Versions
  readonly flexible: VersionRange
  readonly fields: readonly FieldSpec[]
  /** Every struct of the message, in the order in which they are first named. */
  readonly structs: readonly StructSpec[]
}

export interface StructSpec {
  readonly name: string
  readonly versions: Versions
  readonly fields: readonly FieldSpec[]
}

export interface FieldSpec {
  readonly name: string
  readonly type: FieldType
  /** Versions that have the field; never more than the message has. */
  readonly versions: Versions
  readonly nullable: VersionRange
  readonly tagged: VersionRange
  readonly tag: number | null
  /** As the spec writes it; null where it gives none. */
  readonly default: string | null
}

export type Versions = { readonly from: number; readonly to: number }

export const primitiveTypes = [
  'bool',
  'int8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'string',
  'uuid',
  'bytes',
] as const
export type PrimitiveType = (typeof primitiveTypes)[number]

export type FieldType =
  | { readonly kind: 'primitive'; readonly primitive: PrimitiveType }
  | { readonly kind: 'struct'; readonly struct: string }
  | { readonly kind: 'array'; readonly element: Exclude<FieldType, { readonly kind: 'array' }> }

/**
 * Parses and checks a spec. Whatever it holds that is not known here (a type, an attribute, a kind of message) is an
 * error, so that a new Kafka release is either generated completely or not at all.
 */
export function parseSpec(text: string): MessageSpec {
  const raw = rawMessage.parse(JSON.parse(withoutComments(text)))
  try {
    return messageOf(raw)
  } catch (cause) {
    throw new Error(`${raw.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Null and absent both mean: no default given. In Kafka's specs only the string "null" asks for null. */
const rawDefault = z.union([z.string(), z.number(), z.boolean(), z.null()]).optional()

const rawField = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
  type: z.string(),
  versions: z.string().optional(),
  nullableVersions: z.string().default('none'),
  taggedVersions: z.string().default('none'),
  tag: z.int().min(0).optional(),
  default: rawDefault,
  get fields() {
    return z.array(rawField).optional()
  },
  // Known, and without influence on how bytes are read.
  about: z.string().optional(),
  ignorable: z.boolean().optional(),
  mapKey: z.boolean().optional(),
  entityType: z.string().optional(),
  zeroCopy: z.boolean().optional(),
})
type RawField = z.infer<typeof rawField>

const rawStruct = z.strictObject({ name: z.string(), versions: z.string(), fields: z.array(rawField) })
type RawStruct = z.infer<typeof rawStruct>

const rawMessage = z.strictObject({
  name: z.string(),
  type: z.enum(['coordinator-key', 'coordinator-value', 'data']),
  apiKey: z.int().min(0).max(0x7fff).optional(),
  validVersions: z.string(),
  flexibleVersions: z.string(),
  fields: z.array(rawField),
  commonStructs: z.array(rawStruct).default([]),
})

function messageOf(raw: z.infer<typeof rawMessage>): MessageSpec {
  const versions = parseVersionRange(raw.validVersions)
  if (versions === null || !Number.isFinite(versions.to)) throw new Error(`versions ${raw.validVersions} have no end`)
  if ((raw.type === 'data') !== (raw.apiKey === undefined)) throw new Error(`${raw.type} with apiKey ${raw.apiKey}`)
  const flexible = intersect(parseVersionRange(raw.flexibleVersions), versions)
  const structs = new Map<string, StructSpec>()
  const common = new Map(raw.commonStructs.map(struct => [struct.name, struct]))
  const context = { message: versions, versions, flexible, common, structs }
  const fields = fieldsOf(raw.fields, context)
  for (const name of common.keys()) if (!structs.has(name)) throw new Error(`struct ${name} is not used`)
  return {
    name: raw.name,
    kind: raw.type,
    typeId: raw.apiKey ?? null,
    versions,
    flexible,
    fields,
    structs: [...structs.values()],
  }
}

interface Context {
  /** Versions of the message. */
  readonly message: Versions
  /** Versions of the message or struct whose fields are being read. */
  readonly versions: Versions
  readonly flexible: VersionRange
  readonly common: ReadonlyMap<string, RawStruct>
  readonly structs: Map<string, StructSpec>
}

function fieldsOf(raw: readonly RawField[], context: Context): readonly FieldSpec[] {
  const fields = raw.map(field => fieldOf(field, context))
  const tags = fields.flatMap(field => field.tag ?? [])
  if (tags.some((tag, index) => tag !== index)) throw new Error(`tags ${tags.join(', ')} are not 0, 1, …`)
  if (new Set(fields.map(field => field.name)).size < fields.length) throw new Error('two fields of one name')
  return fields
}

function fieldOf(raw: RawField, context: Context): FieldSpec {
  const tagged = intersect(parseVersionRange(raw.taggedVersions), context.versions)
  const written = raw.versions ?? raw.taggedVersions
  const versions = intersect(parseVersionRange(written), context.versions)
  if (versions === null) throw new Error(`field ${raw.name} is in no version`)
  if ((tagged === null) !== (raw.tag === undefined))
    throw new Error(`field ${raw.name}: tag without versions, or reverse`)
  if (tagged !== null && !(covers(context.flexible, tagged) && covers(tagged, versions))) {
    throw new Error(
      `field ${raw.name}: tagged in ${raw.taggedVersions}, which is not all of its versions, or not flexible`,
    )
  }
  const nullable = intersect(parseVersionRange(raw.nullableVersions), versions)
  const type = typeOf(raw, { ...context, versions })
  const canBeNull = type.kind !== 'primitive' || type.primitive === 'string' || type.primitive === 'bytes'
  if (nullable !== null && !canBeNull) throw new Error(`field ${raw.name}: ${raw.type} cannot be null`)
  return {
    name: lowerFirst(raw.name),
    type,
    versions,
    nullable,
    tagged,
    tag: raw.tag ?? null,
    default: raw.default === undefined || raw.default === null ? null : String(raw.default),
  }
}

function typeOf(raw: RawField, context: Context): FieldType {
  const name = raw.type.startsWith('[]') ? raw.type.slice(2) : raw.type
  const primitive = primitiveTypes.find(type => type === name)
  if (primitive !== undefined && raw.fields !== undefined) throw new Error(`field ${raw.name}: ${raw.type} with fields`)
  const element =
    primitive === undefined
      ? ({ kind: 'struct', struct: structOf(name, raw, context) } as const)
      : ({ kind: 'primitive', primitive } as const)
  return name === raw.type ? element : { kind: 'array', element }
}

/** A struct is written where it is first used, or in the list of common ones. */
function structOf(name: string, raw: RawField, context: Context): string {
  const { common, structs } = context
  const shared = common.get(name)
  if (raw.fields === undefined && structs.has(name)) {
    if (structs.get(name)?.fields.length === 0) throw new Error(`struct ${name} contains itself`)
    return name
  }
  if (raw.fields !== undefined && (structs.has(name) || shared !== undefined)) {
    throw new Error(`two structs are called ${name}`)
  }
  const fields = raw.fields ?? shared?.fields
  if (fields === undefined) throw new Error(`field ${raw.name}: type ${raw.type} is not known`)
  const versions =
    shared === undefined ? context.versions : intersect(parseVersionRange(shared.versions), context.message)
  if (versions === null) throw new Error(`struct ${name} is in no version`)
  structs.set(name, { name, versions, fields: [] })
  structs.set(name, { name, versions, fields: fieldsOf(fields, { ...context, versions }) })
  return name
}

/** Specs are JSON with `//` comments; two slashes in a string are none. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/g, token => (token.startsWith('"') ? token : ''))
}

export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
