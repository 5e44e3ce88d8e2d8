import { cloudEventType } from '../../src/events/cloudEvents.ts'
import { type EventDefinition, sections } from '../../src/events/definition.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { envelopeFields } from '../../src/events/envelopeSchema.ts'
import { fullName, namespace } from '../../src/events/eventRecord.ts'
import { groupState } from '../../src/events/groupState.ts'
import { eventJson } from '../../src/events/ndjson.ts'
import { definitions } from '../../src/events/registry.ts'
import type { Fields, RecordSchema, Schema } from '../../src/events/schema.ts'
import { exampleEvent } from './exampleEvent.ts'
import { growing } from './growing.ts'

/** docs/events.md: every event by section, then the shapes they share. */
export function eventsPage(): string {
  return `${[
    '<!-- Written by `npm run docs` from src/events; edit the definitions there. -->',
    '# Events',
    introduction,
    '## Envelope',
    'The fields of every event. `data` depends on `type`; each event below describes its own.',
    fieldTable(envelopeFields),
    '## Large events',
    largeEvents,
    ...sections.flatMap(section => [
      `## ${section}`,
      summary(definitions.filter(event => event.section === section)),
      ...definitions.filter(event => event.section === section).flatMap(eventPart),
    ]),
    '## Groups as they are',
    groupsTopic,
    fieldTable(groupState.fields),
    '## How events grow',
    growing,
    '## Shapes',
    'Records that several events share. Lists are sorted: members by id, topics by name.',
    ...sharedRecords().flatMap(shape => [`### ${shape.name}`, shape.about, fieldTable(shape.fields)]),
  ].join('\n\n')}\n`
}

const introduction = `This page lists every event that koff emits: when it happens, and what its fields mean. One definition gives the TypeScript
type (\`EventData<'member-joined'>\`), the Avro schema (\`schemas/member-joined.avsc\`), the JSON Schema
(\`schemas/member-joined.schema.json\`) and this page. [reading.md](reading.md) shows how to read events in several languages.

\`\`\`json
${example()}
\`\`\`

| format | encoding |
|---|---|
| Avro | one record schema for each type, without a union: the fields of the envelope, and \`data\`. \`member-joined\` is the record \`${fullName('member-joined')}\` |
| JSON, NDJSON | one object; an int64 is a number while safe (below 2^53), else a decimal string |

The namespace of all Avro types is \`${namespace}\`. The key of a record is the group id in UTF-8. Its headers are the
attributes of CloudEvents 1.0:

| header | value |
|---|---|
| \`ce_specversion\` | \`1.0\` |
| \`ce_id\` | \`id\` |
| \`ce_type\` | \`${cloudEventType('member-joined')}\`: a reverse DNS name that ends with \`type\` |
| \`ce_source\` | \`/clusters/<cluster id>/topics/__consumer_offsets\` |
| \`ce_subject\`, \`ce_partitionkey\` | the group id; absent where the event does not concern a group |
| \`ce_time\` | \`time\` in RFC 3339; absent where the record has no time |
| \`ce_dataschema\` | URL of the schema in the registry; for JSON the \`$id\` of the JSON Schema |
| \`ce_severitytext\`, \`ce_severitynumber\` | \`INFO\` 9, \`WARN\` 13, \`ERROR\` 17 |
| \`content-type\` | \`application/avro\` (in Confluent's wire format) or \`application/json\` |

Cause comes before consequence. The events of one transition of a group have this order, and so do their ordinals:
${order()}.

- A member that joins (or replaces another one) and is suspended in the same transition joins first.
- In a transition that ends one group and begins another of that name, all events of the first group come first.
- Events of conditions that a transition closes come directly before its \`offset-deleted\`. Events of conditions that it
  opens come after its last event. They take no ordinals.`

const largeEvents = `No event is larger than 512 KiB as JSON, measured without \`cluster\`. Each name or id of a topic counts as 300 bytes, so
that an event is split at the same places live and in a replay, where names may be unknown.

Lists that would make an event larger continue in further events of the same type, \`part\` i of \`parts\`. Each part has
the next ordinal (timed events the next \`<n>\`) and is filled in order as far as it goes. The element around a list that
continues is repeated: the member with the rest of its partitions, the topic with the rest of its numbers. All other fields,
counts included, are those of the whole event.

The parts follow each other directly, in one partition of a topic and in one transaction. To combine an event, append the
lists of its parts. Where the last element of one part and the first of the next have the same \`id\`, \`memberId\`, or
\`topic\`, \`topicId\` and \`subtopology\`, they are one element: append their lists, too.

Only a single text above 64 KiB of JSON is shortened to that size; \`truncated\` is then true. The \`opened\` of an event
that ends a condition is the id of part 1. Metrics and \`rebalance-storm\` count part 1 only.

A queue gets a job of part 1 only, so one rebalance is one job. Its \`parts\` says whether the lists continue in the clean
topic.`

const groupsTopic = `With \`groupsTopic: koff.groups\` koff maintains a compacted topic with the current state of each group, for readers that
join it as a table or start late. The key is the group id, the value is the group, and a tombstone means that the group is
gone. Values are written in the same transaction as the events, in the same format: Avro (record
\`${namespace}.${groupState.name}\`, subject \`<groupsTopic>-value\`) or JSON. The topic shows what \`koff groups\` prints,
except offsets and lag.

- A group is written at most once in \`groupsEveryMs\` (1 s), and its last state is always written.
- A value is at most 512 KiB as JSON. As far as needed, koff leaves out \`members[].assignment\`, then \`members\`, then
  \`conditions\`; \`truncated\` is then true.
- Without a stored state, as after the loss of the state topic, koff reads the groups topic once and writes a tombstone for
  each group that is gone.`

/** An event in NDJSON, over several lines. */
function example(): string {
  return JSON.stringify(JSON.parse(eventJson(exampleEvent('member-joined'))), null, 2)
}

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
  for (const fields of [envelopeFields, ...definitions.map(({ data }) => data), groupState.fields]) {
    Object.values(fields).forEach(visit)
  }
  return [...found.values()]
}
