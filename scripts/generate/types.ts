import type { FieldSpec, FieldType, MessageSpec, PrimitiveType, StructSpec } from './spec.ts'

const tsTypes: { readonly [P in PrimitiveType]: string } = {
  bool: 'boolean',
  int8: 'number',
  int16: 'number',
  uint16: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'bigint',
  string: 'string',
  uuid: 'string',
  bytes: 'Buffer',
}

const emptyValues: { readonly [P in PrimitiveType]: string } = {
  bool: 'false',
  int8: '0',
  int16: '0',
  uint16: '0',
  int32: '0',
  uint32: '0',
  int64: '0n',
  string: "''",
  uuid: "'AAAAAAAAAAAAAAAAAAAAAA'",
  bytes: 'Buffer.alloc(0)',
}

/** The interfaces of a message: its structs, then itself. */
export function interfacesOf(message: MessageSpec): string[] {
  const whole = { name: message.name, versions: message.versions, fields: message.fields }
  return [...message.structs, whole].map(struct => interfaceOf(struct))
}

function interfaceOf({ name, fields }: StructSpec): string {
  return `export interface ${name} {\n${fields.map(field => `  readonly ${field.name}: ${typeOf(field)}\n`).join('')}}\n`
}

function typeOf(field: FieldSpec): string {
  const nullable = field.nullable !== null || defaultIsNull(field)
  return `${plainTypeOf(field.type)}${nullable ? ' | null' : ''}`
}

function plainTypeOf(type: FieldType): string {
  if (type.kind === 'array') return `readonly ${plainTypeOf(type.element)}[]`
  return type.kind === 'struct' ? type.struct : tsTypes[type.primitive]
}

/** What Kafka's generated class holds in the field where the bytes do not: the default, else an empty value. */
export function defaultOf(field: FieldSpec, message: MessageSpec): string {
  const { type, default: written } = field
  if (defaultIsNull(field)) return 'null'
  if (type.kind === 'primitive')
    return written === null ? emptyValues[type.primitive] : literal(type.primitive, written)
  if (written !== null && written !== '') throw new Error(`field ${field.name}: default "${written}" is not known`)
  if (type.kind === 'array') return '[]'
  const fields = structOf(type.struct, message).fields.map(inner => `${inner.name}: ${defaultOf(inner, message)}`)
  return `{ ${fields.join(', ')} }`
}

/** Whether `value` is what `defaultOf` gives, as code; for the tagged fields that Kafka's JSON leaves out then. */
export function isDefault(value: string, field: FieldSpec, message: MessageSpec): string {
  const { type } = field
  if (defaultIsNull(field)) return `${value} === null`
  const notNull = field.nullable === null ? '' : `${value} !== null && `
  if (type.kind === 'array') return `${notNull}${value}.length === 0`
  if (type.kind === 'primitive') {
    if (type.primitive === 'bytes') return `${notNull}${value}.length === 0`
    return `${value} === ${defaultOf(field, message)}`
  }
  const inner = structOf(type.struct, message).fields
  return `${notNull}${inner.map(each => isDefault(`${value}.${each.name}`, each, message)).join(' && ')}`
}

export function structOf(name: string, message: MessageSpec): StructSpec {
  const struct = message.structs.find(each => each.name === name)
  if (struct === undefined) throw new Error(`${message.name}: no struct ${name}`)
  return struct
}

function defaultIsNull(field: FieldSpec): boolean {
  const { type } = field
  const textual = type.kind === 'primitive' && !['string', 'bytes'].includes(type.primitive)
  return field.default === 'null' && !textual
}

function literal(primitive: PrimitiveType, written: string): string {
  switch (primitive) {
    case 'bool':
      if (written === 'true' || written === 'false') return written
      break
    case 'string':
      return `'${written.replaceAll(/['\\]/g, String.raw`\$&`)}'`
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'int64':
      if (/^-?(\d+|0x[\da-fA-F]+)$/.test(written)) return primitive === 'int64' ? `${written}n` : written
      break
    case 'uuid':
    case 'bytes':
      if (written === '') return emptyValues[primitive]
      break
  }
  throw new Error(`default "${written}" is no ${primitive}`)
}
