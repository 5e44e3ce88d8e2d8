import { expect, test } from 'vitest'
import { eventLine } from '../../../src/events/ndjson.ts'
import type { EventEncoder } from '../../../src/runtime/registry/eventEncoder.ts'
import { byPartition, messageBatches } from '../../../src/sinks/kafka/messages.ts'
import { partitioner } from '../../../src/sinks/kafka/partitioner.ts'
import { events } from '../events.ts'

const partitionOf = partitioner('koff.events', 8)

const bySize = (bytes: (id: string) => number): EventEncoder => ({
  encode: event => Buffer.concat([Buffer.from(eventLine(event))], bytes(event.id)),
})

function batchesOf(encoder: EventEncoder, count: number): string[][] {
  const batches: string[][] = []
  for (const batch of messageBatches(events(count), { encoder, partitionOf })) {
    batches.push(batch.map(({ headers }) => String(headers?.['ce_id'])))
  }
  return batches
}

test('no request is too large for a topic with Kafka’s defaults, and none is smaller than it need be', () => {
  const batches = batchesOf(
    bySize(() => 100_000),
    12,
  )
  expect(batches.map(batch => batch.length)).toEqual([5, 5, 2])
  expect(batches.flat()).toEqual(events(12).map(({ id }) => id))
})

test('a message that is larger than that goes alone', () => {
  const batches = batchesOf(
    bySize(id => (id === '1-2-0' ? 3_000_000 : 1_000)),
    5,
  )
  expect(batches).toEqual([['1-0-0', '1-1-0'], ['1-2-0'], ['1-3-0', '1-4-0']])
})

test('no events make no request', () => {
  expect(
    batchesOf(
      bySize(() => 1),
      0,
    ),
  ).toEqual([])
})

test('each partition gets its messages by itself, in order and whole', () => {
  const encoder = bySize(() => 1)
  const messages = [...messageBatches(events(40), { encoder, partitionOf })].flat()
  const parts = byPartition(messages)
  const idsOf = (of: typeof messages) => of.map(({ headers }) => String(headers?.['ce_id']))
  expect(parts.length).toBeGreaterThan(1)
  for (const part of parts) {
    const of = events(40).filter(({ group }) => partitionOf(group) === part[0]?.partition)
    expect(idsOf(part)).toEqual(of.map(({ id }) => id))
  }
  expect(new Set(idsOf(parts.flat()))).toEqual(new Set(events(40).map(({ id }) => id)))
  expect(parts.flat()).toHaveLength(40)
})
