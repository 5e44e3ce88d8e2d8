import { expect, test } from 'vitest'
import { eventJson } from '../../../src/events/ndjson.ts'
import { partitioner } from '../../../src/kafka/kafkajs/partitioner.ts'
import { eventRecords } from '../../../src/sinks/kafka/eventRecords.ts'
import { type LeftOut, MessageLimits } from '../../../src/sinks/kafka/messageLimits.ts'
import type { TopicEncoder } from '../../../src/sinks/kafka/topicEncoder.ts'
import { events } from '../events.ts'

const topic = 'koff.events'
const partitionOfGroup = partitioner(topic, 8)
const partitionOf = (_: string, group: string) => partitionOfGroup(group)
const encoder: TopicEncoder = {
  prepare: async () => undefined,
  encode: eventJson,
  contentOf: type => ({ contentType: 'application/json', dataschema: `urn:${type}` }),
}

const leaveOut = ({ what }: LeftOut) => {
  throw new Error(`an event of ${what.group} was left out`)
}

test('each partition gets its events by itself, in order and whole', () => {
  const all = events(40)
  const parts = eventRecords(all, { routes: { topic }, encoder, partitionOf, limits: new MessageLimits(), leaveOut })
  expect(parts.length).toBeGreaterThan(1)
  for (const { partition, records, ...part } of parts) {
    expect(part.topic).toBe(topic)
    const expected = all.filter(({ group }) => partitionOfGroup(group) === partition)
    expect([...records]).toEqual(
      expected.map(event => ({
        key: event.group,
        value: eventJson(event),
        headers: expect.objectContaining({ ce_id: event.id, ce_type: `dev.koff.${event.type}` }),
      })),
    )
  }
  const sent = new Set(parts.map(({ partition }) => partition))
  expect(sent).toEqual(new Set(all.map(({ group }) => partitionOfGroup(group))))
})

test('each type goes to the topic that the pattern names for it, in order', () => {
  const all = events(40)
  const parts = eventRecords(all, {
    routes: { pattern: 'koff.{type}.v1' },
    encoder,
    partitionOf,
    limits: new MessageLimits(),
    leaveOut,
  })
  for (const type of ['member-joined', 'offset-committed']) {
    const written = parts.filter(part => part.topic === `koff.${type}.v1`)
    const ids = written.flatMap(({ records }) => [...records].map(({ headers }) => headers?.['ce_id']))
    const ofType = all.filter(event => event.type === type)
    expect(ids.length).toBe(ofType.length)
    expect(new Set(ids)).toEqual(new Set(ofType.map(({ id }) => id)))
  }
  expect(new Set(parts.map(part => part.topic)).size).toBe(2)
})

test('no events go nowhere', () => {
  expect(eventRecords([], { routes: { topic }, encoder, partitionOf, limits: new MessageLimits(), leaveOut })).toEqual(
    [],
  )
})
