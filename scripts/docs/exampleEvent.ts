import { definitionOf, type EventType } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventRecord } from '../../src/events/eventRecord.ts'
import type { GroupState } from '../../src/events/groupState.ts'
import { groupState } from '../../src/events/groupState.ts'
import type { Schema } from '../../src/events/schema.ts'

/** An event of a type as it may look, made from its definition. */
export function exampleEvent(type: EventType): KoffEvent {
  const { severity } = definitionOf(type)
  const isAboutKoff = type.startsWith('koff-')
  const about = isAboutKoff ? { group: '', groupType: 'unknown' } : { group: 'orders', groupType: 'consumer' }
  const event = example(eventRecord(type), 'event') as Readonly<Record<string, unknown>>
  return {
    ...event,
    ...about,
    id: '17-4711-0',
    type,
    severity,
    source,
    part: 1,
    parts: 1,
    truncated: false,
  } as KoffEvent
}

/** A group as it may look in the groups topic. */
export function exampleGroupState(): GroupState {
  const value = example(groupState, 'group') as GroupState
  return {
    ...value,
    group: 'orders',
    groupType: 'consumer',
    state: 'Stable',
    memberCount: 1,
    conditionCount: 1,
    truncated: false,
  }
}

const time = Date.UTC(2026, 10, 30, 12, 3, 4, 567)
const source = { kind: 'log', partition: 17, offset: 4711, timestamp: time, after: null, before: null, sequence: null }

/** What fields of some name hold. */
const byName: Readonly<Record<string, unknown>> = {
  cluster: 'MkU3OEVBNTcwNTJENDM2Qk',
  group: 'orders',
  topic: 'orders',
  topics: 'orders',
  topicId: 'y3Zf1nWJQxq0b3m8e2dVbA',
  subtopology: null,
  partition: 3,
  partitions: 3,
  id: 'orders-1-3f2a',
  memberId: 'orders-1-3f2a',
  leader: null,
  instanceId: null,
  clientId: 'orders-1',
  host: '/10.0.0.5',
  rack: null,
  regex: null,
  opened: '17-4702-offset-stalled-0',
  protocolType: 'consumer',
  protocol: null,
  type: 'offset-stalled',
  error: 'value at byte 12: the record ends before its last field',
  key: 'AAEABm9yZGVycw==',
  value: 'AAQ=',
  metadata: '',
}

function example(schema: Schema, name: string): unknown {
  const usual = Object.hasOwn(byName, name) ? byName[name] : undefined
  if (usual === null && schema.kind === 'nullable') return null
  if (usual !== undefined && usual !== null && schema.kind !== 'record' && schema.kind !== 'list') return usual
  switch (schema.kind) {
    case 'string':
      return name
    case 'int':
    case 'long':
      return 7
    case 'millis':
      return 61_000
    case 'time':
      return time
    case 'boolean':
      return false
    case 'enum':
      return schema.symbols[0]
    case 'word':
      return schema.words[0]
    case 'nullable':
      return example(schema.of, name)
    case 'list':
      return [example(schema.of, name)]
    case 'record':
      return Object.fromEntries(Object.entries(schema.fields).map(([field, of]) => [field, example(of, field)]))
  }
}
