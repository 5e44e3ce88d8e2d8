import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { int64Hook } from '../../src/avro/int64Type.ts'
import { avroSchema } from '../../src/events/avro.ts'
import { AvroOutput, avroPut, Misfit, misfits } from '../../src/events/avroWriter.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventRecord, fullName, typeOfRecord } from '../../src/events/eventRecord.ts'
import { anyUtf16, arbitraryEvent } from './arbitraryEvent.ts'

describe.each(eventTypes)('%s in Avro', type => {
  const codec = avsc.Type.forSchema(avroSchema(eventRecord(type)) as avsc.Schema, { typeHook: int64Hook })
  const put = avroPut(eventRecord(type))
  const written = (event: KoffEvent): Buffer => {
    const out = new AvroOutput()
    put(out, event)
    return out.take()
  }

  test('is read back by an Avro library as it was written, int64 and Unicode exact', () => {
    fc.assert(
      fc.property(arbitraryEvent(type), event => {
        expect(codec.fromBuffer(written(event))).toEqual(event)
      }),
      { numRuns: 50 },
    )
  })

  test('never holds bytes that are no UTF-8, whatever the text', () => {
    fc.assert(
      fc.property(arbitraryEvent(type, anyUtf16), event => {
        const read = codec.fromBuffer(written(event)) as KoffEvent
        expect(read.group).toBe(event.group.toWellFormed())
        expect(codec.toBuffer(read)).toEqual(written(event))
      }),
      { numRuns: 25 },
    )
  })

  test('has one schema without a union but for null, each named type written out once, each enum with a default', () => {
    const text = JSON.stringify(avroSchema(eventRecord(type)))
    const names = [...text.matchAll(/"name":"([A-Z]\w*)"/g)].map(match => match[1])
    expect(new Set(names).size).toBe(names.length)
    expect(names[0]).toBe(fullName(type).split('.').at(-1))
    for (const [, union] of text.matchAll(/"type":\[([^[]*)/g)) expect(union).toMatch(/^"null",/)
    expect([...text.matchAll(/"symbols"/g)].length).toBe([...text.matchAll(/"default":"unknown"/g)].length)
    expect(typeOfRecord(fullName(type))).toBe(type)
  })
})

test('a value that does not fit is not written, and its place is known', () => {
  const [event] = fc.sample(arbitraryEvent('rebalance'), 1)
  const record = eventRecord('rebalance')
  const topic = { topic: 't', topicId: null, subtopology: null, partitions: [0, 2 ** 31] }
  const change = { memberId: 'm', clientId: 'c', gained: [topic], lost: [] }
  const wrong = {
    ...event,
    time: 2n ** 63n,
    severity: 'fatal',
    data: { ...event?.data, moved: 1.5, changes: [change] },
  }
  expect(() => avroPut(record)(new AvroOutput(), wrong)).toThrow(Misfit)
  expect(misfits(record, wrong)).toEqual(['time', 'severity', 'data.moved', 'data.changes.0.gained.0.partitions.1'])
  expect(misfits(record, event)).toEqual([])
})

test('the same memory holds small and large values in turn', () => {
  const out = new AvroOutput()
  for (const length of [3, 5_000, 70, 300_000, 0]) {
    out.text('ü'.repeat(length))
    const bytes = out.take()
    expect(bytes.subarray(bytes.length - 2 * length).toString()).toBe('ü'.repeat(length))
  }
})
