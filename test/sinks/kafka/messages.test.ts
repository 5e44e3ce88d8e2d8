import { expect, test } from 'vitest'
import { eventLine } from '../../../src/events/ndjson.ts'
import type { EventEncoder } from '../../../src/runtime/registry/eventEncoder.ts'
import { byPartition, messageBatches } from '../../../src/sinks/kafka/messages.ts'
import { events } from '../events.ts'

const bySize = (bytes: (id: string) => number): EventEncoder => ({
  encode: event => Buffer.concat([Buffer.from(eventLine(event))], bytes(event.id)),
})

function batchesOf(encoder: EventEncoder, count: number): string[][] {
  const batches: string[][] = []
  for (const batch of messageBatches(events(count), encoder)) {
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
  const keys = ['orders', 'billing', 'orders', 'ä', 'billing', 'orders']
  const messages = keys.map((key, at) => ({ key: Buffer.from(key), value: String(at) }))
  const parts = byPartition(messages, { topic: 'koff.events', partitions: 8 })
  expect(parts.flat().length).toBe(keys.length)
  for (const part of parts) {
    expect(new Set(part.map(({ partition }) => partition)).size).toBe(1)
    const values = part.map(({ value }) => Number(value))
    expect(values).toEqual(values.toSorted((a, b) => a - b))
  }
  const partitionOf = new Map(parts.flat().map(({ key, partition }) => [String(key), partition]))
  expect(partitionOf.size).toBe(3)
  expect(byPartition([{ key: 'any', value: '', partition: 5 }], { topic: 't', partitions: 8 })[0]?.[0]?.partition).toBe(
    5,
  )
})
