import { type EventDefinition, sections } from '../../src/events/definition.ts'
import { definitions, eventTypes } from '../../src/events/definitions.ts'
import { envelopeSchema } from '../../src/events/envelopeSchema.ts'
import type { Fields, RecordSchema, Schema } from '../../src/events/schema.ts'

/** docs/events.md: every event by section, then the shapes they share. */
export function eventsPage(): string {
  return `${[
    '<!-- Written by `npm run docs` from src/events; edit the definitions there. -->',
    '# Events',
    introduction,
    '## Envelope',
    'What every event has. `data` depends on `type` and is described with each event below.',
    fieldTable(envelopeSchema.fields),
    ...sections.flatMap(section => [
      `## ${section}`,
      summary(definitions.filter(event => event.section === section)),
      ...definitions.filter(event => event.section === section).flatMap(eventPart),
    ]),
    '## Shapes',
    'Records that several events use. Lists are sorted: members by id, topics by name.',
    ...sharedRecords().flatMap(shape => [`### ${shape.name}`, shape.about, fieldTable(shape.fields)]),
  ].join('\n\n')}\n`
}

const introduction = `The same definition gives the TypeScript type (\`EventData<'member-joined'>\`), the Avro schema
(\`schemas/koff-event.avsc\`, subject \`<topic>-value\`) and this page.

| written as | how |
|---|---|
| Avro | one envelope record, \`data\` a union of one record per event type; key = group id in UTF-8; CloudEvents headers \`ce_specversion\`, \`ce_id\`, \`ce_type\`, \`ce_source\`, \`ce_subject\`, \`ce_time\`, and \`severity\` |
| NDJSON | one envelope a line, \`data\` unwrapped, int64 as a number while safe (below 2^53), else as a decimal string |

Cause comes before consequence: the events of one transition of a group come in this order, and so do their ordinals:
${order()}. A transition that ends one group and begins another of that name gives all events of the first before those of
the second. Conditions that a transition closes stand directly before its \`offset-deleted\`, those that it opens after its
last event; they use up no ordinals. Fields are only ever added, and only such that have a
default (nullable ones and lists), so every version of the schema reads every other. A further event type would be one
more branch of the union, which no older reader can take: it needs a new topic.`

/** The types that come from the records of a transition. */
function order(): string {
  const types = eventTypes.slice(eventTypes.indexOf('group-created'), eventTypes.indexOf('group-deleted') + 1)
  return types.map(type => `\`${type}\``).join(', ')
}

function summary(events: readonly EventDefinition[]): string {
  const rows = events.map(event => {
    const notes = [event.defaultOn ? '' : 'off by default', event.closes === null ? '' : `closes \`${event.closes}\``]
    return `| [\`${event.type}\`](#${event.type}) | ${event.severity} | ${notes.filter(note => note !== '').join(', ')} |`
  })
  return ['| type | severity | |', '|---|---|---|', ...rows].join('\n')
}

function eventPart(event: EventDefinition): string[] {
  return [`### ${event.type}`, event.trigger, fieldTable(event.data)]
}

function fieldTable(fields: Fields): string {
  const rows = Object.entries(fields).map(
    ([name, schema]) => `| \`${name}\` | ${typeName(schema)} | ${cell(schema.doc)} |`,
  )
  return ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n')
}

function typeName(schema: Schema): string {
  switch (schema.kind) {
    case 'string':
    case 'int':
    case 'long':
    case 'boolean':
      return schema.kind
    case 'millis':
      return 'long, ms'
    case 'time':
      return 'timestamp-millis'
    case 'enum':
      return schema.symbols.map(symbol => `\`${symbol}\``).join(' ')
    case 'word':
      return schema.words.map(word => `\`${word}\``).join(' ')
    case 'nullable':
      return `${typeName(schema.of)} or null`
    case 'list':
      return `list of ${typeName(schema.of)}`
    case 'record':
      return `[${schema.name}](#${schema.name.toLowerCase()})`
  }
}

/** A pipe would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** Records within the envelope and the data, each once, in the order in which a reader meets them. */
function sharedRecords(): RecordSchema[] {
  const found = new Map<string, RecordSchema>()
  const visit = (schema: Schema): void => {
    if (schema.kind === 'nullable' || schema.kind === 'list') return visit(schema.of)
    if (schema.kind !== 'record' || found.has(schema.name)) return
    found.set(schema.name, schema)
    Object.values(schema.fields).forEach(visit)
  }
  for (const { fields } of [envelopeSchema, ...definitions.map(({ data }) => ({ fields: data }))]) {
    Object.values(fields).forEach(visit)
  }
  return [...found.values()]
}
