import { expect, test } from 'vitest'
import { eventLine } from '../../../src/events/ndjson.ts'
import { partitioner } from '../../../src/kafka/producer/partitioner.ts'
import { eventRecords } from '../../../src/sinks/kafka/eventRecords.ts'
import { events } from '../events.ts'

const topic = 'koff.events'
const partitionOf = partitioner(topic, 8)
const encoder = { encode: (event: Parameters<typeof eventLine>[0]) => Buffer.from(eventLine(event)) }

test('each partition gets its events by itself, in order and whole', () => {
  const all = events(40)
  const parts = eventRecords(all, { topic, encoder, partitionOf })
  expect(parts.length).toBeGreaterThan(1)
  for (const { partition, records, ...part } of parts) {
    expect(part.topic).toBe(topic)
    const expected = all.filter(({ group }) => partitionOf(group) === partition)
    expect([...records]).toEqual(
      expected.map(event => ({
        key: event.group,
        value: encoder.encode(event),
        headers: expect.objectContaining({ ce_id: event.id, ce_type: event.type }),
      })),
    )
  }
  const sent = new Set(parts.map(({ partition }) => partition))
  expect(sent).toEqual(new Set(all.map(({ group }) => partitionOf(group))))
})

test('no events go nowhere', () => {
  expect(eventRecords([], { topic, encoder, partitionOf })).toEqual([])
})
