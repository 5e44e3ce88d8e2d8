import { usesVersion } from './readFunctions.ts'
import { type FieldSpec, type FieldType, lowerFirst, type MessageSpec, type StructSpec } from './spec.ts'
import { isDefault, structOf } from './types.ts'
import { conditionFor } from './versionRange.ts'

/** The functions that make JSON of a message: one per struct, then `<message>Json(value, version)`. */
export function jsonFunctionsOf(message: MessageSpec): string[] {
  const whole = { name: message.name, versions: message.versions, fields: message.fields }
  return [...message.structs, whole].map(struct => jsonFunctionOf(struct, message))
}

function jsonFunctionOf(struct: StructSpec, message: MessageSpec): string {
  const version = usesVersion(struct, message) ? ', version: number' : ''
  const exported = struct.name === message.name ? 'export ' : ''
  const lines = [`${exported}function ${lowerFirst(struct.name)}Json(value: ${struct.name}${version}): JsonObject {`]
  const conditions = struct.fields.map(field => conditionOf(field, struct, message))
  if (conditions.every(condition => condition === 'true')) {
    lines.push('  return {', ...struct.fields.map(field => `    ${field.name}: ${jsonOf(field, message)},`), '  }')
  } else {
    lines.push('  const json: Record<string, Json> = {}')
    struct.fields.forEach((field, index) => {
      const condition = conditions[index] === 'true' ? '' : `if (${conditions[index]}) `
      lines.push(`  ${condition}json.${field.name} = ${jsonOf(field, message)}`)
    })
    lines.push('  return json')
  }
  return `${[...lines, '}'].join('\n')}\n`
}

/** As Kafka's converter: a field of the version; a tagged one only when it is not at its default. */
function conditionOf(field: FieldSpec, struct: StructSpec, message: MessageSpec): string {
  const present = conditionFor(field.versions, struct.versions)
  if (field.tagged === null) return present
  const test = isDefault(`value.${field.name}`, field, message)
  const told = test.includes('&&') ? `!(${test})` : test.replace(' === ', ' !== ')
  return present === 'true' ? told : `${present} && ${told}`
}

function jsonOf(field: FieldSpec, message: MessageSpec): string {
  const value = `value.${field.name}`
  const json = plainJson(value, field.type, message)
  return field.nullable === null || json === value ? json : `${value} === null ? null : ${json}`
}

function plainJson(value: string, type: FieldType, message: MessageSpec): string {
  if (type.kind === 'struct') {
    const version = usesVersion(structOf(type.struct, message), message) ? ', version' : ''
    return `${lowerFirst(type.struct)}Json(${value}${version})`
  }
  if (type.kind === 'array') {
    const element = plainJson('element', type.element, message)
    return element === 'element' ? value : `${value}.map(element => ${element})`
  }
  if (type.primitive === 'int64') return `int64Json(${value})`
  return type.primitive === 'bytes' ? `bytesJson(${value})` : value
}
