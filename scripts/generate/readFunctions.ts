import type { FieldSpec, FieldType, MessageSpec, PrimitiveType, StructSpec } from './spec.ts'
import { defaultOf, structOf } from './types.ts'
import { conditionFor, intersect, type VersionRange } from './versionRange.ts'

const fixedReaders: { readonly [P in Exclude<PrimitiveType, 'string' | 'bytes'>]: string } = {
  bool: 'readBool',
  int8: 'readInt8',
  int16: 'readInt16',
  uint16: 'readUint16',
  int32: 'readInt32',
  uint32: 'readUint32',
  int64: 'readInt64',
  uuid: 'readUuid',
}

/** The functions that read a message: one per struct, then `read<Message>(reader, version)`. */
export function readFunctionsOf(message: MessageSpec): string[] {
  const whole = { name: message.name, versions: message.versions, fields: message.fields }
  return [...message.structs, whole].map(struct => readFunctionOf(struct, message))
}

function readFunctionOf(struct: StructSpec, message: MessageSpec): string {
  const version = usesVersion(struct, message) ? ', version: number' : ''
  const exported = struct.name === message.name ? 'export ' : ''
  const lines = [`${exported}function read${struct.name}(reader: Reader${version}): ${struct.name} {`]
  const plain = struct.fields.filter(field => field.tagged === null)
  const tagged = struct.fields.filter(field => field.tagged !== null)
  const flexible = conditionFor(message.flexible, struct.versions)
  if (flexible === 'false') {
    lines.push('  return {', ...plain.map(field => `    ${field.name}: ${readOf(field, struct, message)},`), '  }')
  } else {
    // The fields in the order of the bytes, the tagged ones last, however the spec lists them.
    lines.push(...plain.map(field => `  const ${field.name} = ${readOf(field, struct, message)}`))
    lines.push(...taggedFields(tagged, struct, message, flexible))
    lines.push(`  return { ${struct.fields.map(field => field.name).join(', ')} }`)
  }
  return `${[...lines, '}'].join('\n')}\n`
}

function taggedFields(
  tagged: readonly FieldSpec[],
  struct: StructSpec,
  message: MessageSpec,
  flexible: string,
): string[] {
  const always = flexible === 'true'
  if (tagged.length === 0) return [`  ${always ? '' : `if (${flexible}) `}skipTaggedFields(reader)`]
  const indent = always ? '  ' : '    '
  const choices = tagged.map(field => {
    const tag = conditionFor(field.versions, intersect(message.flexible, struct.versions))
    return `if (tag === ${field.tag}${tag === 'true' ? '' : ` && ${tag}`}) ${field.name} = ${taggedRead(field, message)}`
  })
  const loop = [
    `${indent}for (let left = readUnsignedVarint(reader); left > 0; left--) {`,
    `${indent}  const tag = readUnsignedVarint(reader)`,
    `${indent}  const size = readUnsignedVarint(reader)`,
    ...choices.map((choice, index) => `${indent}  ${index === 0 ? '' : 'else '}${choice}`),
    `${indent}  else skipTaggedField(reader, size)`,
    `${indent}}`,
  ]
  return [
    ...tagged.map(field => `  let ${field.name}: ${struct.name}['${field.name}'] = ${defaultOf(field, message)}`),
    ...(always ? loop : [`  if (${flexible}) {`, ...loop, '  }']),
  ]
}

/** A tagged struct that may be null has a length of its own where an untagged one has a byte: 0 is null. */
function taggedRead(field: FieldSpec, message: MessageSpec): string {
  const read = plainRead(field.type, field, { field, message, range: field.tagged })
  if (field.type.kind !== 'struct' || field.nullable === null) return read
  return `readUnsignedVarint(reader) > 0 ? ${read} : null`
}

interface At {
  readonly field: FieldSpec
  readonly message: MessageSpec
  /** The versions for which the code is. */
  readonly range: VersionRange
}

function readOf(field: FieldSpec, struct: StructSpec, message: MessageSpec): string {
  const range = intersect(field.versions, struct.versions)
  const read = plainRead(field.type, field, { field, message, range })
  const whole =
    field.type.kind === 'struct' && field.nullable !== null ? nullableStruct(read, { field, message, range }) : read
  const present = conditionFor(field.versions, struct.versions)
  return present === 'true' ? whole : `${present} ? ${grouped(whole)} : ${defaultOf(field, message)}`
}

function nullableStruct(read: string, { field, range }: At): string {
  const nullable = conditionFor(field.nullable, range)
  const whole = `readInt8(reader) < 0 ? null : ${read}`
  return nullable === 'true' ? whole : `${nullable} ? ${grouped(whole)} : ${read}`
}

function plainRead(type: FieldType, { name, nullable }: Pick<FieldSpec, 'name' | 'nullable'>, at: At): string {
  if (type.kind === 'struct') {
    const version = usesVersion(structOf(type.struct, at.message), at.message) ? ', version' : ''
    return `read${type.struct}(reader${version})`
  }
  if (type.kind === 'array') {
    const count = byEncoding('Count', name, nullable, at)
    const element = plainRead(type.element, { name: `${name} element`, nullable: null }, at)
    return `${nullable === null ? 'readItems' : 'readNullableItems'}(${count}, () => ${element})`
  }
  if (type.primitive === 'string') return byEncoding('String', name, nullable, at)
  if (type.primitive === 'bytes') return byEncoding('Bytes', name, nullable, at)
  return `${fixedReaders[type.primitive]}(reader)`
}

/** Compact in the flexible versions, and nullable in some: up to four functions, chosen by version where need be. */
function byEncoding(what: string, name: string, nullable: VersionRange, { message, range }: At): string {
  const flexible = conditionFor(message.flexible, range)
  const choose = (compact: boolean): string => {
    const within = compact ? intersect(range, message.flexible) : range
    const canBeNull = conditionFor(nullable, within)
    const call = (orNull: string): string => `read${compact ? 'Compact' : ''}${orNull}${what}(reader, '${name}')`
    if (canBeNull === 'true') return call('Nullable')
    return canBeNull === 'false' ? call('') : `${canBeNull} ? ${call('Nullable')} : ${call('')}`
  }
  if (flexible === 'true') return choose(true)
  return flexible === 'false' ? choose(false) : `${flexible} ? ${grouped(choose(true))} : ${grouped(choose(false))}`
}

function grouped(expression: string): string {
  return expression.includes(' ? ') ? `(${expression})` : expression
}

/** Whether the reading of a struct asks for the version, so that it has to be handed down. */
export function usesVersion(struct: StructSpec, message: MessageSpec): boolean {
  if (!decided(message.flexible, struct.versions)) return true
  return struct.fields.some(({ type, versions, nullable }) => {
    if (!decided(versions, struct.versions) || !decided(nullable, versions)) return true
    const element = type.kind === 'array' ? type.element : type
    return element.kind === 'struct' && usesVersion(structOf(element.struct, message), message)
  })
}

function decided(range: VersionRange, known: VersionRange): boolean {
  return ['true', 'false'].includes(conditionFor(range, known))
}
