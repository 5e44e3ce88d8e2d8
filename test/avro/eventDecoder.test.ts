import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import avsc from 'avsc'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEventDecoder } from '../../src/avro/eventDecoder.ts'
import { int64Hook } from '../../src/avro/int64Type.ts'
import { avroSchema, toAvro } from '../../src/events/avro.ts'
import { type EventType, eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { arbitraryEvent } from '../events/arbitraryEvent.ts'

/* With a real registry: test/live/bullmqSink.test.ts. */

const { signal } = new AbortController()
const schema = avroSchema() as avsc.Schema
const writer = avsc.Type.forSchema(schema, { typeHook: int64Hook })

function wire(event: KoffEvent, type: avsc.Type = writer, id = 7): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, id]), type.toBuffer(toAvro(event))])
}

/** A registry that has one schema, and counts how often it is asked. */
async function registryWith(answer: { readonly status?: number; readonly schema?: avsc.Schema } = {}) {
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    const body = JSON.stringify({ schema: JSON.stringify(answer.schema ?? schema), message: 'go away' })
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(body)
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

test('every event comes back as it was, whatever its type, and the registry is asked once', async () => {
  await using registry = await registryWith()
  const anyEvent = fc.constantFrom<EventType>(...eventTypes).chain(type => arbitraryEvent(type))
  await fc.assert(
    fc.asyncProperty(anyEvent, async event => {
      expect(await registry.decoder.decode(wire(event))).toEqual(event)
    }),
  )
  expect(registry.asked()).toBe(1)
})

test('what an older version wrote has the default for what it did not know', async () => {
  const older = withoutField(schema, 'source')
  const type = avsc.Type.forSchema(older, { typeHook: int64Hook })
  await using registry = await registryWith({ schema: older })
  const [event] = fc.sample(arbitraryEvent('group-revived'), 1)
  if (event === undefined) throw new Error('no event')
  // There is no default for a source: what cannot be read as an event is said to be none.
  await expect(registry.decoder.decode(wire(event, type))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })

  const withoutRack = withoutField(schema, 'rack')
  await using another = await registryWith({ schema: withoutRack })
  const [joined] = fc.sample(arbitraryEvent('member-joined'), 1)
  const olderType = avsc.Type.forSchema(withoutRack, { typeHook: int64Hook })
  const decoded = await another.decoder.decode(wire(joined as KoffEvent, olderType))
  expect(decoded.data).toMatchObject({ member: { rack: null } })
})

test('what is no Avro of a registry, is cut off, or is of something else, is said to be so', async () => {
  await using registry = await registryWith()
  const [event] = fc.sample(arbitraryEvent('group-revived'), 1)
  const bytes = wire(event as KoffEvent)
  for (const bad of [Buffer.alloc(0), Buffer.from('{"id":"1"}'), bytes.subarray(0, 12)]) {
    await expect(registry.decoder.decode(bad)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', retriable: false })
  }
  await using other = await registryWith({ schema: { type: 'record', name: 'Order', fields: [] } })
  await expect(other.decoder.decode(bytes)).rejects.toThrow(
    /^topic events holds what is no event that this koff knows: /,
  )
})

test('a registry that fails is a fault that passes, and is asked again', async () => {
  await using registry = await registryWith({ status: 503 })
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
