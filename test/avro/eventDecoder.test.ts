import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import avsc from 'avsc'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEventDecoder } from '../../src/avro/eventDecoder.ts'
import { int64Hook } from '../../src/avro/int64Type.ts'
import { avroSchema } from '../../src/events/avro.ts'
import { type EventType, eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventRecord } from '../../src/events/eventRecord.ts'
import { eventJson } from '../../src/events/ndjson.ts'
import { arbitraryEvent } from '../events/arbitraryEvent.ts'

/* With a real registry: test/live/bullmqSink.test.ts. */

const { signal } = new AbortController()
const schemaOf = (type: EventType) => avroSchema(eventRecord(type)) as avsc.Schema
/** The id of a type in the registry of these tests. */
const idOf = (type: EventType) => 100 + eventTypes.indexOf(type)
const everySchema = new Map(eventTypes.map(type => [idOf(type), schemaOf(type)] as const))

function wire(event: KoffEvent, schema: avsc.Schema = schemaOf(event.type), id = idOf(event.type)): Buffer {
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, avsc.Type.forSchema(schema, { typeHook: int64Hook }).toBuffer(event)])
}

/** A registry that has these schemas, and counts how often it is asked. */
async function registryWith(schemas: ReadonlyMap<number, avsc.Schema>, status = 200) {
  let asked = 0
  const server = createServer(({ url }, response) => {
    asked += 1
    const schema = schemas.get(Number(url?.split('/').at(-1)?.split('?')[0]))
    const body = JSON.stringify({ schema: JSON.stringify(schema), message: 'go away' })
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    decoder: openEventDecoder({ url: `http://127.0.0.1:${port}`, timeoutMs: 2_000 }, 'events', signal),
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test('every event comes back as it was, from Avro and from JSON, and the registry is asked once for each type', async () => {
  await using registry = await registryWith(everySchema)
  for (const type of eventTypes) {
    for (const event of fc.sample(arbitraryEvent(type), 10)) {
      expect(await registry.decoder.decode(wire(event))).toEqual(event)
      expect(await registry.decoder.decode(Buffer.from(eventJson(event)))).toEqual(event)
    }
  }
  expect(registry.asked()).toBe(eventTypes.length)
})

test('JSON is read without a registry, Avro is not', async () => {
  const decoder = openEventDecoder(undefined, 'events', signal)
  const [event] = fc.sample(arbitraryEvent('group-revived'), 1)
  expect(await decoder.decode(Buffer.from(eventJson(event as KoffEvent)))).toEqual(event)
  await expect(decoder.decode(wire(event as KoffEvent))).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
    message: expect.stringContaining('no schema registry is configured'),
  })
})

test('fields that an older version did not write have their defaults', async () => {
  const older = withoutField(schemaOf('member-joined'), 'rack')
  await using registry = await registryWith(new Map([[7, older]]))
  const [joined] = fc.sample(arbitraryEvent('member-joined'), 1)
  const decoded = await registry.decoder.decode(wire(joined as KoffEvent, older, 7))
  expect(decoded?.data).toMatchObject({ member: { rack: null } })
})

test('unknown fields of a later version are ignored, and unknown types are skipped', async () => {
  const later = JSON.parse(JSON.stringify(schemaOf('group-revived')), (_, value: unknown) => {
    const isSeverity = typeof value === 'object' && value !== null && 'name' in value && value.name === 'Severity'
    return isSeverity ? { ...value, symbols: ['fatal', 'info', 'warn', 'error', 'unknown'] } : value
  }) as avsc.Schema
  const brandNew = { ...(schemaOf('group-revived') as object), name: 'GroupRenamed' } as unknown as avsc.Schema
  await using registry = await registryWith(
    new Map([
      [7, later],
      [8, brandNew],
    ]),
  )
  const [event] = fc.sample(arbitraryEvent('group-revived'), 1)
  const fatal = { ...event, severity: 'fatal' } as unknown as KoffEvent
  expect(await registry.decoder.decode(wire(fatal, later, 7))).toEqual({ ...event, severity: 'unknown' })
  expect(await registry.decoder.decode(wire(event as KoffEvent, brandNew, 8))).toBeNull()
  const renamed = eventJson({ ...event, type: 'group-renamed' } as unknown as KoffEvent)
  expect(await registry.decoder.decode(Buffer.from(renamed))).toBeNull()
})

test('events that koff wrote when one schema had all types are read as they would be written today', async () => {
  const union = JSON.parse(await readFile(new URL('union.avsc', import.meta.url), 'utf8')) as avsc.Schema
  await using registry = await registryWith(new Map([[7, union]]))
  const [event] = fc.sample(arbitraryEvent('offset-rewound'), 1)
  if (event === undefined) throw new Error('no event')
  const { partition, offset, timestamp } = { partition: 3, offset: 17, timestamp: 5 }
  const source = { kind: 'log', partition, offset, timestamp, after: null, before: null, sequence: null } as const
  const today = { ...event, source, part: 1, parts: 1, truncated: false }
  const old = { ...today, data: { 'io.koff.OffsetRewound': event.data } } as unknown as KoffEvent
  expect(await registry.decoder.decode(wire(old, union, 7))).toEqual(today)
})

test('a value that is not an event is refused with the reason', async () => {
  const order: avsc.Schema = { type: 'record', name: 'Order', fields: [] }
  await using registry = await registryWith(new Map([...everySchema, [7, order]]))
  const [event] = fc.sample(arbitraryEvent('group-revived'), 1)
  const bytes = wire(event as KoffEvent)
  const other = Buffer.from([0, 0, 0, 0, 7])
  for (const bad of [Buffer.alloc(0), Buffer.from('{"id":"1"}'), Buffer.from('{'), bytes.subarray(0, 12), other]) {
    const decoding = registry.decoder.decode(bad)
    await expect(decoding).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', retriable: false })
    await expect(decoding).rejects.toThrow(/^topic events has a value that is not an event of this koff: /)
  }
})

test('a registry that fails is a fault that passes, and is asked again', async () => {
  await using registry = await registryWith(everySchema, 503)
  const [event] = fc.sample(arbitraryEvent('group-revived'), 1)
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await expect(registry.decoder.decode(wire(event as KoffEvent))).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      retriable: true,
    })
    expect(registry.asked()).toBe(attempt)
  }
})

/** The schema as a version that did not have that field yet. */
function withoutField(whole: unknown, name: string): avsc.Schema {
  return JSON.parse(JSON.stringify(whole), (_, value: unknown) => {
    if (!Array.isArray(value)) return value
    return value.filter(item => !(typeof item === 'object' && item !== null && 'type' in item && item.name === name))
  }) as avsc.Schema
}
