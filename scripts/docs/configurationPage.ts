import { type JsonSchema, plainConfigSchema } from '../../src/config/jsonSchema.ts'
import { connectionSettings, type SettingDefinition, serviceSettings } from '../../src/config/settings.ts'
import { durationPattern } from '../../src/config/values/values.ts'

/** docs/configuration.md: every key by section, then flags and variables. */
export function configurationPage(): string {
  const [top, ...sections] = sectionsOf('', plainConfigSchema())
  return `${[
    '<!-- Written by `npm run docs` from src/config; edit the schema there. -->',
    '# Configuration',
    introduction,
    '## Keys',
    top?.table ?? '',
    ...sections.flatMap(({ title, about, table }) => [`## ${title}`, about, table]),
    '## Flags and variables',
    'Flags and variables override the file, and flags override variables. An empty variable counts as not set. Secrets have no flag.',
    'For every command that reads a cluster:',
    settingTable(connectionSettings),
    '`koff run`:',
    settingTable(serviceSettings),
  ].join('\n\n')}\n`
}

const introduction = `This page lists every key of a configuration. \`koff run -c koff.yaml\` takes a YAML file; other commands that read a cluster use
its section \`kafka\`. Without a file koff reads \`localhost:9092\` and prints events.

\`\`\`yaml
kafka: { brokers: 'localhost:9092' }
sinks:
  - { type: kafka, topic: koff.events, registry: { url: 'http://localhost:8081/apis/ccompat/v7' } }
\`\`\`

[config/](../config) has more examples, with comments.

- **Durations** (keys that end in \`Ms\`) are milliseconds, or have a unit: \`60s\`, \`15m\`, \`1h30m\`. Ranges below are in milliseconds.
- **Variables**: any value may contain \`\${NAME}\` or \`\${NAME:-default}\`; \`$\${\` is a literal \`\${\`. A variable without a value and
  without a default is an error, and so is a value that does not fit.
- **Secrets** are a text, best from a variable, or \`{ file: /run/secrets/… }\`; the last line break in the file is ignored. koff
  never prints a secret: not in logs, messages or metrics, nor in the output of \`koff config check\`.
- **Paths** are relative to the file that contains them.
- **Faults**: \`koff config check FILE\` reports all faults with line, key and a suggestion. The exit code is 2.
- **Editors**: \`koff config schema\` prints the JSON schema, which is also
  [schemas/koff-config.schema.json](../schemas/koff-config.schema.json). For the YAML language server, begin the file with
  \`# yaml-language-server: $schema=…/koff-config.schema.json\`.`

interface Section {
  readonly title: string
  readonly about: string
  readonly table: string
}

/** The table of a mapping, then those of the mappings in it. */
function sectionsOf(path: string, schema: JsonSchema, title = `\`${path}\``): Section[] {
  const { properties = {}, required = [], description = '' } = schema
  const rows = Object.entries(properties).map(([key, value]) => {
    const keyPath = joined(path, key)
    if (value.description === undefined)
      throw new Error(`${keyPath}: has no description; add .describe('…') in src/config`)
    const fallback = required.includes(key) ? 'required' : shown(value.default)
    return `| \`${key}\` | ${typeOf(value, keyPath)} | ${fallback} | ${cell(value.description)} |`
  })
  const inside = Object.entries(properties).flatMap(([key, value]) => mappingsIn(joined(path, key), value))
  const table = ['| key | type | default | |', '|---|---|---|---|', ...rows].join('\n')
  return [{ title, about: description, table }, ...inside]
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function mappingsIn(path: string, schema: JsonSchema): Section[] {
  const { properties, items, oneOf, anyOf } = schema
  // The same as in `sinks`.
  if (path === 'pipelines[].to') return []
  if (properties !== undefined) return sectionsOf(path, schema)
  if (items !== undefined) return mappingsIn(`${path}[]`, items)
  if (oneOf !== undefined) {
    // Those that differ in nothing but their name are one.
    const variants = Map.groupBy(oneOf, variant =>
      JSON.stringify({ ...variant, properties: withoutConstants(variant) }),
    )
    return [...variants.values()].flatMap(same => variantSections(path, same))
  }
  return (anyOf ?? []).filter(part => !isFileReference(part)).flatMap(part => mappingsIn(path, part))
}

/** Mappings that differ in nothing but the name in one key. */
function variantSections(path: string, same: readonly JsonSchema[]): Section[] {
  const [{ properties = {}, ...first } = {}] = same
  const [key = ''] = Object.entries(properties).find(([, value]) => value.const !== undefined) ?? []
  const named = same.map(variant => variant.properties?.[key] ?? {})
  const about = [...new Set(named.map(({ description = '' }) => description))].join(' ')
  const names = { description: 'Which of them it is.', enum: named.map(({ const: name }) => name) }
  const title = `\`${path}\`: \`${key}\` ${names.enum.map(name => `\`${String(name)}\``).join(', ')}`
  return sectionsOf(path, { ...first, description: about, properties: { ...properties, [key]: names } }, title)
}

function withoutConstants({ properties = {} }: JsonSchema): JsonSchema['properties'] {
  return Object.fromEntries(Object.entries(properties).filter(([, { const: value }]) => value === undefined))
}

/** A secret is one key, however it is given. */
function isFileReference({ properties }: JsonSchema): boolean {
  return properties !== undefined && Object.keys(properties).join() === 'file'
}

function typeOf(schema: JsonSchema, path: string): string {
  const { type, enum: names, items, oneOf, anyOf, minimum, maximum, pattern } = schema
  if (names !== undefined) return names.map(name => `\`${String(name)}\``).join(' ')
  if (anyOf?.some(isFileReference)) return 'secret'
  if (anyOf !== undefined) return anyOf.map(part => typeOf(part, path)).join(' or ')
  if (oneOf !== undefined) return 'mapping'
  if (pattern === durationPattern) return `duration${range(minimum, maximum)}`
  const types = [type].flat().map(name => {
    switch (name) {
      case 'string':
        return 'text'
      case 'boolean':
        return '`true` `false`'
      case 'integer':
      case 'number':
        return `number${range(minimum, maximum)}`
      case 'array':
        return items?.properties === undefined && items?.oneOf === undefined ? 'list' : 'list of mappings'
      case 'object':
        return 'mapping'
      case undefined:
      default:
        throw new Error(`${path}: no words for the type ${JSON.stringify(schema)}`)
    }
  })
  return types.join(' or ')
}

/** What timers and Kafka's numbers end at goes without saying. */
function range(minimum: unknown, maximum: unknown): string {
  const hasEnd = typeof maximum === 'number' && maximum < 2_147_483_647
  if (typeof minimum !== 'number') return hasEnd ? ` ≤ ${maximum}` : ''
  return hasEnd ? ` ${minimum}–${maximum}` : ` ≥ ${minimum}`
}

function shown(value: unknown): string {
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function settingTable(settings: readonly SettingDefinition[]): string {
  const rows = settings.map(({ variable, flag, path, says }) => {
    return `| ${flag === undefined ? '' : `\`--${flag}\``} | \`${variable}\` | \`${path.join('.')}\` | ${cell(says)} |`
  })
  return ['| flag | variable | key | |', '|---|---|---|---|', ...rows].join('\n')
}
