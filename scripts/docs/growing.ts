import { namespace } from '../../src/events/eventRecord.ts'

/** The part of docs/events.md that says what may change, and what a reader must be ready for. */
export const growing = `Every subject is \`FULL_TRANSITIVE\`: each version of a schema reads what every other version wrote. A test holds the
present schemas against every version in [schemas/history](../schemas/history), in both directions.

What may change in a type:

- A field is added, nullable (its default is null) or a list (its default is empty). No field is removed, renamed, or
  given another type.
- An enum gets a symbol. Every enum has the default \`unknown\`: a reader with an older schema sees that.
- A text with a list of words in this page gets a word. Read words that you do not know as \`unknown\`.
- Texts of this page change, and so does the \`doc\` of a schema.

A field that is not nullable today is one that every source of events can fill. What a later source may not know is
nullable already, and \`source.kind\` gets a symbol for it.

A new type of event is a new record in the namespace \`${namespace}\`, under a subject of its own. No schema changes for it.

What a reader must do:

- Pass over records whose \`ce_type\` (or Avro record, or \`type\` in JSON) it does not know.
- Pass over fields that it does not know. The JSON Schemas allow them.
- Read the parts of a large event as one: the same \`type\`, \`time\` and \`source\`, \`part\` from 1 to \`parts\`, lists continued.
- Expect null where this page says "or null", and \`unknown\` in each enum.

### Events from before each type had a schema

Early versions of koff wrote all types with one schema: the record \`io.koff.KoffEvent\` under the subject \`<topic>-value\`,
\`data\` a union of the records of all types. After an upgrade koff goes on in the same topic: old records stay, and new
ones follow them. The schema id in each record says which it is. A reader that has to read both looks at the name of the
record's schema, or at a header: old records have \`ce_type: member-joined\` and \`severity\`, new ones
\`ce_type: dev.koff.member-joined\` and \`ce_severitytext\`. In old records \`source\` has no \`kind\` (it is a log), there are
no parts (each event is whole), and \`data\` stands under the name of its record. Ids and order continue across the upgrade.
A topic with one type whose subject \`<topic>-value\` has the old schema needs \`subjects: topic-record\`: without it koff
refuses to start, and its message names this setting.`
