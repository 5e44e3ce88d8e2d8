import { cloudEventType } from '../../src/events/cloudEvents.ts'
import { type EventDefinition, sections } from '../../src/events/definition.ts'
import { definitions, eventTypes } from '../../src/events/definitions.ts'
import { envelopeFields } from '../../src/events/envelopeSchema.ts'
import { fullName, namespace } from '../../src/events/eventRecord.ts'
import { groupState } from '../../src/events/groupState.ts'
import type { Fields, RecordSchema, Schema } from '../../src/events/schema.ts'
import { growing } from './growing.ts'

/** docs/events.md: every event by section, then the shapes they share. */
export function eventsPage(): string {
  return `${[
    '<!-- Written by `npm run docs` from src/events; edit the definitions there. -->',
    '# Events',
    introduction,
    '## Envelope',
    'What every event has. `data` depends on `type` and is described with each event below.',
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
    'Records that several events use. Lists are sorted: members by id, topics by name.',
    ...sharedRecords().flatMap(shape => [`### ${shape.name}`, shape.about, fieldTable(shape.fields)]),
  ].join('\n\n')}\n`
}

const introduction = `What koff tells, type by type. One definition gives the TypeScript type (\`EventData<'member-joined'>\`), the Avro schema
(\`schemas/member-joined.avsc\`), the JSON Schema (\`schemas/member-joined.schema.json\`) and this page. [reading.md](reading.md) shows
how to read events in several languages.

| written as | how |
|---|---|
| Avro | one record schema for each type, without a union: the envelope's fields, and \`data\`. \`member-joined\` is the record \`${fullName('member-joined')}\` |
| JSON, NDJSON | one object; an int64 is a number while safe (below 2^53), else a decimal string |

The namespace of all Avro types is \`${namespace}\`. A record of a topic has the group id as its key, in UTF-8, and the
attributes of CloudEvents 1.0 as headers:

| header | |
|---|---|
| \`ce_specversion\` | \`1.0\` |
| \`ce_id\` | \`id\` |
| \`ce_type\` | \`${cloudEventType('member-joined')}\`: reverse DNS, and \`type\` at the end |
| \`ce_source\` | \`/clusters/<cluster id>/topics/__consumer_offsets\` |
| \`ce_subject\`, \`ce_partitionkey\` | the group id; left out where the event is about no group |
| \`ce_time\` | \`time\`, RFC 3339; left out where the record has no time |
| \`ce_dataschema\` | where the registry has the schema; of JSON the \`$id\` of the JSON Schema |
| \`ce_severitytext\`, \`ce_severitynumber\` | \`INFO\` 9, \`WARN\` 13, \`ERROR\` 17 |
| \`content-type\` | \`application/avro\` (in the wire format of Confluent) or \`application/json\` |

Cause comes before consequence: the events of one transition of a group come in this order, and so do their ordinals:
${order()}. A member that joins, or replaces
another, and is suspended in the same transition is suspended after that. A transition that ends one group and begins another of that name gives all events of the first before those of
the second. Conditions that a transition closes stand directly before its \`offset-deleted\`, those that it opens after its
last event; they use up no ordinals.`

const largeEvents = `No event is larger than 512 KiB as JSON, measured without \`cluster\`. Each name and each id of a topic counts as 300 bytes:
an event is cut at the same places live and in a replay, where names may not be known.

Lists that would make an event larger go on in further events of the same type, \`part\` i of \`parts\`, each with the next
ordinal; timed events with the next \`<n>\`. Each part is filled in order as far as it goes. What holds a list that goes on is
repeated: the member with the rest of its partitions, the topic with the rest of its numbers. All other fields, counts too,
are those of the whole event, in each part.

The parts follow each other directly, in one partition of a topic and in one transaction. To put an event together, append
their lists. Where the last element of one part and the first of the next have the same \`id\`, \`memberId\`, or \`topic\`,
\`topicId\` and \`subtopology\`, they are one element: append their lists as well.

Only a single text above 64 KiB of JSON is shortened to that, and \`truncated\` says so. The \`opened\` of an event that ends a
condition is the id of part 1. Metrics and \`rebalance-storm\` count part 1.`
const groupsTopic = `With \`groupsTopic: koff.groups\` koff keeps a compacted topic with each group as it is now, for those who join it as a table
or start late and need no history. The key is the group id. A group that is gone has no value (a tombstone). Values are
written in the same transaction as the events: Avro (record \`${namespace}.${groupState.name}\`, subject \`<groupsTopic>-value\`) or JSON, as the
events are. A group is written at most once in \`groupsEveryMs\` (1 s), and its last state always. A value is at most
512 KiB as JSON: where it would be more, \`members[].assignment\` is left out, then \`members\`, then \`conditions\`, as far
as needed, and \`truncated\` says so. What \`koff groups\` prints of a group and the topic are the same, but for offsets and lag.`

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
