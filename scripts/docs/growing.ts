import { namespace } from '../../src/events/eventRecord.ts'

/** The part of docs/events.md that says what may change, and what a reader must be ready for. */
export const growing = `Each version of a schema can read what any other version wrote (\`FULL_TRANSITIVE\`). koff sets this compatibility for each
subject that has none of its own. It keeps a compatibility that an operator has set, and logs a warning where it differs. A
test checks the current schemas against every version in [schemas/history](../schemas/history), in both directions.

What may change in a type:

- A field is added: nullable (default null) or a list (default empty). No field is removed or renamed, and no field changes
  its type.
- An enum gets a symbol. Every enum has the default \`unknown\`, which a reader with an older schema sees.
- A string with a fixed list of words gets a word. Treat words that you do not know as \`unknown\`.
- The texts on this page and the \`doc\` of a schema change.

A field that is not nullable is one that every source of events can fill. A field that a later source may not know is already
nullable, and \`source.kind\` gets a symbol for that source.

A new event type is a new record in the namespace \`${namespace}\`, with a subject of its own. No existing schema changes.

What a reader must do:

- Skip records whose \`ce_type\` (or Avro record, or \`type\` in JSON) it does not know.
- Ignore fields that it does not know. The JSON Schemas allow them.
- Combine the parts of a large event: the same \`type\`, \`time\` and \`source\`, \`part\` from 1 to \`parts\`, lists continued.
- Expect null where this page says "or null", and \`unknown\` in each enum.

### Events from before each type had a schema

Early versions of koff wrote all types with one schema: the record \`io.koff.KoffEvent\` in the subject \`<topic>-value\`, with
a union of the records of all types in \`data\`. After an upgrade koff continues in the same topic: old records stay, new ones
follow, and ids and order continue. A reader that needs both distinguishes them in one of two ways:

- by the name of the record in the schema, or
- by the headers: old records have \`ce_type: member-joined\` and \`severity\`, new ones \`ce_type: dev.koff.member-joined\` and
  \`ce_severitytext\`.

In old records \`source\` has no \`kind\` (it is a log), there are no parts (each event is complete), and \`data\` is wrapped in
the name of its record. A topic with one type whose subject \`<topic>-value\` has the old schema needs
\`subjects: topic-record\`: without it koff refuses to start, and its message names this setting.`
