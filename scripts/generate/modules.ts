import { jsonFunctionsOf } from './jsonFunctions.ts'
import { readFunctionsOf } from './readFunctions.ts'
import { lowerFirst, type MessageSpec } from './spec.ts'
import { interfacesOf } from './types.ts'

/** Modules by file name, from checked specs. */
export function modulesOf(specs: readonly MessageSpec[], kafkaVersion: string): Map<string, string> {
  const header = `// Generated from the message specs of Apache Kafka ${kafkaVersion} by \`npm run generate\`. Do not edit.\n`
  const pairs = pairsOf(specs)
  const modules = new Map<string, string>()
  for (const { name, key, value } of pairs) modules.set(`${lowerFirst(name)}.ts`, header + moduleOf([key, value]))
  for (const spec of specs) {
    if (spec.kind === 'data') modules.set(`${lowerFirst(spec.name)}.ts`, header + dataModuleOf(spec))
  }
  modules.set('recordTypes.ts', header + recordTypesOf(pairs, kafkaVersion))
  return modules
}

interface Pair {
  readonly name: string
  readonly typeId: number
  /** As Kafka's tools print it: `OFFSET_COMMIT`. */
  readonly type: string
  readonly key: MessageSpec
  readonly value: MessageSpec
}

function pairsOf(specs: readonly MessageSpec[]): readonly Pair[] {
  const keys = specs.filter(spec => spec.kind === 'coordinator-key')
  const values = specs.filter(spec => spec.kind === 'coordinator-value')
  const pairs = keys.map(key => pairOf(key, values)).sort((a, b) => a.typeId - b.typeId)
  if (new Set(pairs.map(pair => pair.typeId)).size !== pairs.length) throw new Error('two keys of one record type')
  if (pairs.length === 0) throw new Error('no keys of coordinator records among the specs')
  if (values.length !== pairs.length) throw new Error(`${values.length} values for ${pairs.length} keys`)
  return pairs
}

function pairOf(key: MessageSpec, values: readonly MessageSpec[]): Pair {
  const name = key.name.replace(/Key$/, '')
  const value = values.find(each => each.name === `${name}Value`)
  if (value === undefined || value.typeId !== key.typeId || key.typeId === null)
    throw new Error(`${key.name}: no value`)
  // Kafka reads a key with the record type as its version, which is right only while keys do not differ by version.
  if (key.versions.from !== 0 || key.versions.to !== 0) throw new Error(`${key.name}: more than one version`)
  return { name, typeId: key.typeId, type: name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(), key, value }
}

function dataModuleOf(spec: MessageSpec): string {
  const { from, to } = spec.versions
  return `${moduleOf([spec])}\nexport const ${lowerFirst(spec.name)}Versions = { lowest: ${from}, highest: ${to} }\n`
}

function moduleOf(messages: readonly MessageSpec[]): string {
  const names = messages.flatMap(message => [message.name, ...message.structs.map(struct => struct.name)])
  if (new Set(names).size !== names.length) throw new Error(`two structs of one name among ${names.join(', ')}`)
  const code = messages
    .flatMap(message => [...interfacesOf(message), ...readFunctionsOf(message), ...jsonFunctionsOf(message)])
    .join('\n')
  const own = namesIn(code, /\bfunction (\w+)\(/g)
  const read = namesIn(code, /\b((?:read|skip)[A-Z]\w*)\(/g).filter(name => !own.includes(name))
  const json = namesIn(code, /\b(int64Json|bytesJson)\(/g)
  const types = namesIn(code, /(?<=[<:,] ?)(Json|JsonObject)(?=[> ])/g).map(name => `type ${name}`)
  return [
    importOf([...types, ...json], '../jsonValue.ts'),
    importOf(['type Reader', ...read], '../../kafka/records/reader.ts'),
    '',
    code,
  ].join('\n')
}

function importOf(names: readonly string[], from: string): string {
  const line = `import { ${names.join(', ')} } from '${from}'`
  if (names.every(name => name.startsWith('type ')))
    return line.replaceAll('type ', '').replace('import', 'import type')
  return line.length <= 120 ? line : `import {\n${names.map(name => `  ${name},\n`).join('')}} from '${from}'`
}

function namesIn(code: string, pattern: RegExp): string[] {
  return [...new Set([...code.matchAll(pattern)].map(match => match[1] ?? ''))].sort()
}

function recordTypesOf(pairs: readonly Pair[], kafkaVersion: string): string {
  const imports = pairs.map(({ name }) => `import * as ${lowerFirst(name)} from './${lowerFirst(name)}.ts'`).sort()
  const types = pairs.map(
    ({ name, type, typeId }) => `  readonly ${type}: {
    readonly typeId: ${typeId}
    readonly key: ${lowerFirst(name)}.${name}Key
    readonly value: ${lowerFirst(name)}.${name}Value
  }`,
  )
  const specs = pairs.map(
    ({ name, type, typeId, value }) => `  ${type}: {
    type: '${type}',
    typeId: ${typeId},
    lowestVersion: ${value.versions.from},
    highestVersion: ${value.versions.to},
    readKey: ${lowerFirst(name)}.read${name}Key,
    readValue: ${lowerFirst(name)}.read${name}Value,
    keyJson: ${lowerFirst(name)}.${lowerFirst(name)}KeyJson,
    valueJson: ${lowerFirst(name)}.${lowerFirst(name)}ValueJson,
  },`,
  )
  return `import type { JsonObject } from '../jsonValue.ts'
import type { Reader } from '../../kafka/records/reader.ts'
${imports.join('\n')}

/** The release of Apache Kafka whose records are known. */
export const kafkaVersion = '${kafkaVersion}'

/** What each record type of the group coordinator holds, by the name that Kafka's tools give it. */
export interface RecordTypes {
${types.join('\n')}
}

export type RecordType = keyof RecordTypes

/** How records of one type are read, and shown as Kafka's own JSON converters show them. */
export interface RecordSpec<T extends RecordType> {
  readonly type: T
  readonly typeId: RecordTypes[T]['typeId']
  /** Versions of the value that Kafka reads; a key has one. */
  readonly lowestVersion: number
  readonly highestVersion: number
  readKey(reader: Reader): RecordTypes[T]['key']
  readValue(reader: Reader, version: number): RecordTypes[T]['value']
  keyJson(key: RecordTypes[T]['key']): JsonObject
  valueJson(value: RecordTypes[T]['value'], version: number): JsonObject
}

export const recordSpecs: { readonly [T in RecordType]: RecordSpec<T> } = {
${specs.join('\n')}
}
`
}
