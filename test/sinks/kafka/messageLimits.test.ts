import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventJson } from '../../../src/events/ndjson.ts'
import { RequestRejected } from '../../../src/kafka/producer/rejection.ts'
import { rounds } from '../../../src/kafka/producer/rounds.ts'
import { BatchEncoder, recordCountOf } from '../../../src/kafka/records/batchEncoder.ts'
import { eventRecords } from '../../../src/sinks/kafka/eventRecords.ts'
import { MessageLimits } from '../../../src/sinks/kafka/messageLimits.ts'
import { events } from '../events.ts'

const topic = 'koff.events'
const MESSAGE_TOO_LARGE = 10

/** Events, one of which is larger than the others. */
function someEvents(largest: number) {
  return events(12).map((event, at) => (at === 5 ? { ...event, group: 'large'.padEnd(largest, '.') } : event))
}

/** Sends everything to a topic that takes batches of so many bytes, again and again until all of it is taken. */
function sendAll(all: ReturnType<typeof someEvents>, takes: number) {
  const limits = new MessageLimits()
  for (let attempts = 1; ; attempts++) {
    const leftOut: string[] = []
    const sent: number[] = []
    const parts = eventRecords(all, {
      routes: { topic },
      partitionOf: () => 0,
      encoder: {
        prepare: async () => undefined,
        encode: eventJson,
        contentOf: () => ({ contentType: 'application/json', dataschema: '' }),
      },
      limits,
      leaveOut: ({ what, bytes }) => {
        expect(bytes).toBeGreaterThan(takes)
        leftOut.push('id' in what ? what.id : what.group)
      },
    })
    const header = () => ({ producerId: 1n, producerEpoch: 0, baseSequence: 0, isTransactional: true, timestamp: 0 })
    let refused: { readonly bytes: number; readonly records: number } | null = null
    // A round is valid until the next is asked for.
    for (const round of rounds(parts, { batches: new BatchEncoder(crc32c), header })) {
      for (const { bytes } of round) {
        if (bytes.length > takes) refused ??= { bytes: bytes.length, records: recordCountOf(bytes) }
        else sent.push(recordCountOf(bytes))
      }
    }
    if (refused === null) return { leftOut, sent: sent.reduce((sum, count) => sum + count, 0), attempts }
    const rejected = { broker: 'b', request: 'Produce', topic, batch: refused }
    const error = limits.learn(new RequestRejected(MESSAGE_TOO_LARGE, rejected))
    expect(error).toMatchObject({ retriable: true })
  }
}

test('whatever a topic takes, all events that fit are sent, the others are named, after a few attempts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_200, max: 20_000 }), fc.integer({ min: 0, max: 40_000 }), (takes, largest) => {
      const all = someEvents(largest)
      const { leftOut, sent, attempts } = sendAll(all, takes)
      expect(sent + leftOut.length).toBe(all.length)
      // Key, value and headers name the group.
      expect(leftOut).toEqual(largest * 5 < takes - 1_200 ? [] : leftOut.filter(id => id === all[5]?.id))
      expect(attempts).toBeLessThan(12)
    }),
  )
})

test('other errors teach nothing about sizes', () => {
  const limits = new MessageLimits()
  const batch = { bytes: 9, records: 1 }
  expect(limits.learn(new RequestRejected(29, { broker: 'b', request: 'Produce', topic, batch }))).toBeNull()
  expect(limits.learn(new Error('gone'))).toBeNull()
  expect(limits.batchBytes(topic)).toBeUndefined()
})
