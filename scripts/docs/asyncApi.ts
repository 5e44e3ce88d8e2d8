import { version } from '../../src/base/version.ts'
import { cloudEventHeaders } from '../../src/events/cloudEvents.ts'
import { definitionOf, type EventType, eventTypes } from '../../src/events/definitions.ts'
import { fullName, jsonSchemaId } from '../../src/events/eventRecord.ts'
import { groupState } from '../../src/events/groupState.ts'
import { type Definitions, eventProperties, type JsonSchema, recordSchema } from './eventJsonSchema.ts'
import { exampleEvent, exampleGroupState } from './exampleEvent.ts'

/** schemas/koff.asyncapi.json: what koff sends, and where, in AsyncAPI 3. */
export function asyncApi(): unknown {
  const definitions: Definitions = { put: {}, at: '#/components/schemas/' }
  const messages = Object.fromEntries([
    ...eventTypes.map(type => [type, eventMessage(type, definitions)]),
    ['group-state', groupMessage(definitions)],
    ['job', jobMessage()],
  ])
  const refs = Object.fromEntries(eventTypes.map(type => [type, { $ref: `#/components/messages/${type}` }]))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'koff',
      version: version(),
      description:
        'What happens to the consumer groups of a Kafka cluster. Payloads are described as JSON (`format: json`); the Avro schema of each is the file that `x-avro` names, its record `x-avro-record`.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: {
      events: {
        address: 'koff.events',
        title: 'The clean topic',
        description: 'Every event. Key: the group id. `topic` in the configuration names it.',
        messages: refs,
        bindings: { kafka: { topic: 'koff.events', bindingVersion: '0.5.0' } },
      },
      eventsOfType: {
        address: 'koff.{type}',
        title: 'A topic for each type',
        description: 'In place of the clean topic, with `routes: koff.{type}`. Key: the group id.',
        parameters: { type: { description: 'Type of the events.', enum: eventTypes } },
        messages: refs,
      },
      groups: {
        address: 'koff.groups',
        title: 'Groups as they are',
        description: 'Compacted. Key: the group id; no value when the group is gone. `groupsTopic` names it.',
        messages: { 'group-state': { $ref: '#/components/messages/group-state' } },
        bindings: { kafka: { topic: 'koff.groups', bindingVersion: '0.5.0' } },
      },
      jobs: {
        address: 'koff-events',
        title: 'Jobs in a queue of BullMQ',
        description: 'A job for each event: its id is the id of the event, its name the type.',
        messages: { job: { $ref: '#/components/messages/job' } },
      },
    },
    operations: {
      sendEvents: { action: 'send', channel: { $ref: '#/channels/events' } },
      sendEventsOfType: { action: 'send', channel: { $ref: '#/channels/eventsOfType' } },
      sendGroups: { action: 'send', channel: { $ref: '#/channels/groups' } },
      addJobs: { action: 'send', channel: { $ref: '#/channels/jobs' } },
    },
    components: { messages, schemas: definitions.put },
  }
}

function eventMessage(type: EventType, definitions: Definitions): JsonSchema {
  const { trigger } = definitionOf(type)
  const payload = exampleEvent(type)
  const content = { contentType: 'application/json', dataschema: jsonSchemaId(type) }
  return {
    name: type,
    title: type,
    summary: trigger,
    contentType: 'application/json',
    headers: headersSchema,
    payload: eventProperties(type, definitions),
    'x-avro': `${type}.avsc`,
    'x-avro-record': fullName(type),
    examples: [{ name: type, headers: cloudEventHeaders(payload, content), payload }],
  }
}

function groupMessage(definitions: Definitions): JsonSchema {
  return {
    name: 'group-state',
    title: 'A group as it is',
    contentType: 'application/json',
    payload: { description: groupState.about, ...recordSchema(groupState.fields, definitions) },
    'x-avro': 'group-state.avsc',
    examples: [{ name: 'orders', payload: exampleGroupState() }],
  }
}

/** The attributes of CloudEvents. */
const headersSchema: JsonSchema = {
  type: 'object',
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', description: 'Id of the event.' },
    ce_type: { type: 'string', pattern: '^dev\\.koff\\.', description: '`dev.koff.` and the type.' },
    ce_source: { type: 'string', format: 'uri-reference', description: 'The cluster, and `__consumer_offsets`.' },
    ce_subject: { type: 'string', description: 'Group id; left out where the event is about no group.' },
    ce_partitionkey: { type: 'string', description: 'As `ce_subject`.' },
    ce_time: { type: 'string', format: 'date-time', description: 'Left out where the record has no time.' },
    ce_dataschema: { type: 'string', format: 'uri', description: 'The schema: in the registry, or its `$id`.' },
    ce_severitytext: { enum: ['INFO', 'WARN', 'ERROR'] },
    ce_severitynumber: { enum: ['9', '13', '17'] },
    'content-type': { enum: ['application/json', 'application/avro'] },
  },
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_dataschema', 'ce_severitytext', 'content-type'],
}

function jobMessage(): JsonSchema {
  const event = exampleEvent('rebalance')
  const { id, type, group } = event
  const avro = { avro: 'AAAAAAcSMTctNDcxMS0w', schemaId: 7 }
  return {
    name: 'job',
    title: 'A job',
    contentType: 'application/json',
    payload: {
      type: 'object',
      description:
        '`data` of a job. `payload: json` is the event, as in the clean topic; `avro` its id, type and group, with the Avro; `both` all of that.',
      properties: {
        id: { type: 'string', description: 'Id of the event; the id of the job, too.' },
        type: { type: 'string', description: 'Type of the event; the name of the job, too.' },
        group: { type: 'string', description: 'Group id.' },
        avro: { type: 'string', contentEncoding: 'base64', description: 'Avro in the wire format of Confluent.' },
        schemaId: { type: 'integer', description: 'Id of its schema in the registry.' },
      },
      required: ['id', 'type', 'group'],
    },
    examples: [
      { name: 'json', payload: event },
      { name: 'avro', payload: { id, type, group, ...avro } },
      { name: 'both', payload: { ...event, ...avro } },
    ],
  }
}
