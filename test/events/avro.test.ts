import { readFile } from 'node:fs/promises'
import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { int64Hook } from '../../src/avro/int64Type.ts'
import { type AvroEvent, avroSchema, fromAvro, toAvro } from '../../src/events/avro.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { anyUtf16, arbitraryEvent } from './arbitraryEvent.ts'

const schemaFile = new URL('../../schemas/koff-event.avsc', import.meta.url)
const codec = avsc.Type.forSchema(JSON.parse(await readFile(schemaFile, 'utf8')), { typeHook: int64Hook })

describe.each(eventTypes)('%s in Avro', type => {
  test('is read back as it was written, int64 and Unicode exact', () => {
    fc.assert(
      fc.property(arbitraryEvent(type), event => {
        const decoded: AvroEvent = codec.fromBuffer(codec.toBuffer(toAvro(event)))
        expect(fromAvro(decoded)).toEqual(event)
      }),
      { numRuns: 50 },
    )
  })

  test('never holds bytes that are no UTF-8, whatever the text', () => {
    fc.assert(
      fc.property(arbitraryEvent(type, anyUtf16), event => {
        const bytes = codec.toBuffer(toAvro(event))
        expect(bytes).toEqual(codec.toBuffer(toAvro(fromAvro(codec.fromBuffer(bytes)))))
        expect(fromAvro(codec.fromBuffer(bytes)).group).toBe(event.group.toWellFormed())
      }),
      { numRuns: 25 },
    )
  })
})

test('every named type is written out once', () => {
  const names = [...JSON.stringify(avroSchema()).matchAll(/"name":"([A-Z]\w*)"/g)].map(match => match[1])
  expect(names.length).toBeGreaterThan(eventTypes.length)
  expect(new Set(names).size).toBe(names.length)
})

test('the data of one type under the name of another is no event', () => {
  const decoded = toAvro(
    newEvent({
      id: '0-1-0',
      type: 'group-revived',
      cluster: '',
      group: 'orders',
      groupType: 'classic',
      time: 1,
      source: { partition: 0, offset: 1, timestamp: 1 },
      data: { emptyForMs: 5 },
    }),
  )
  expect(() => fromAvro({ ...decoded, type: 'group-created' })).toThrow(RangeError)
})
