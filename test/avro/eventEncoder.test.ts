import avsc from 'avsc'
import { expect, test } from 'vitest'
import { openEventEncoder } from '../../src/avro/eventEncoder.ts'
import { int64Hook } from '../../src/avro/int64Type.ts'
import { eventSubject } from '../../src/avro/subjects.ts'
import { type Log, noLog } from '../../src/base/log.ts'
import { avroSchema } from '../../src/events/avro.ts'
import { type EventType, eventTypes } from '../../src/events/definitions.ts'
import type { KoffEvent } from '../../src/events/envelope.ts'
import { eventRecord } from '../../src/events/eventRecord.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { listen } from './listen.ts'

/* What a registry may answer: client.test.ts. That it works with a real one: test/live. */

const { signal } = new AbortController()
const types = (...names: EventType[]) => new Set(names)
const subjectOf = eventSubject({ topicOf: () => 'events', isOneType: false })

/** A registry that gives ids from 1 in order, and answers for a subject as `status` says. */
async function registryThat(status: (subject: string) => number = () => 200) {
  const subjects: string[] = []
  const registry = await listen(({ method, url = '' }, respond) => {
    const subject = decodeURIComponent(url.split('/')[2] ?? '')
    if (method === 'GET') return respond(404, { message: 'none' })
    if (method === 'PUT') return respond(200, { compatibility: 'FULL_TRANSITIVE' })
    const answer = status(subject)
    if (answer !== 200) return respond(answer, { message: 'not now' })
    if (!subjects.includes(subject)) subjects.push(subject)
    respond(200, { id: subjects.indexOf(subject) + 1 })
  })
  return Object.assign(registry, { subjects })
}

test('at the start the schema of each type is registered under a subject of its own', async () => {
  await using registry = await registryThat()
  const wanted = new Set(eventTypes)
  const encoder = await openEventEncoder({ registry: { url: registry.url }, subjectOf, types: wanted }, open)
  expect(registry.subjects.toSorted()).toEqual(eventTypes.map(subjectOf).toSorted())
  const id = registry.subjects.indexOf('events-dev.koff.GroupRevived') + 1
  const bytes = encoder.encode(event)
  expect(bytes.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, id]))
  const codec = avsc.Type.forSchema(avroSchema(eventRecord('group-revived')) as avsc.Schema, { typeHook: int64Hook })
  expect(codec.fromBuffer(bytes.subarray(5))).toEqual(event)
  expect(encoder.schemaUrl('group-revived')).toBe(`${registry.url}/schemas/ids/${id}`)
})

test.each([
  [undefined, true, 'events-value'],
  [undefined, false, 'events-dev.koff.GroupRevived'],
  ['topic', false, 'events-value'],
  ['record', false, 'dev.koff.GroupRevived'],
  ['topic-record', true, 'events-dev.koff.GroupRevived'],
] as const)('with subjects %s, and one type in the topic %s, the subject is %s', (subjects, isOneType, expected) => {
  expect(eventSubject({ subjects, isOneType, topicOf: () => 'events' })('group-revived')).toBe(expected)
})

test('a type that could not be registered is logged, and asked for again before its first event', async () => {
  let status = 409
  await using registry = await registryThat(subject => (subject.endsWith('GroupRevived') ? status : 200))
  const warnings: string[] = []
  const log: Log = { ...noLog, warn: message => void warnings.push(message) }
  const wanted = types('group-created', 'group-revived', 'member-joined')
  const options = { registry: { url: registry.url }, subjectOf, types: wanted }
  const encoder = await openEventEncoder(options, { signal, log })
  expect(warnings).toEqual([
    expect.stringMatching(/^1 of 3 schemas are not registered: .*not now.*; koff retries before the first event/),
  ])
  await encoder.prepare([{ ...event, type: 'group-created', data: { protocolType: null } }], signal)
  await expect(encoder.prepare([event], signal)).rejects.toMatchObject({ code: 'TOPIC_UNFIT' })
  expect(() => encoder.encode(event)).toThrow(/the schema of GroupRevived is not registered/)
  status = 200
  await encoder.prepare([event], signal)
  expect(encoder.encode(event).readInt32BE(1)).toBe(3)
})

test('where no type can be registered it does not start', async () => {
  await using registry = await registryThat(() => 409)
  const opening = openEventEncoder({ registry: { url: registry.url }, subjectOf, types: types('rebalance') }, open)
  await expect(opening).rejects.toMatchObject({ code: 'TOPIC_UNFIT' })
})

test('a registry that is late is waited for', async () => {
  let requests = 0
  await using registry = await registryThat(() => ((requests += 1) < 3 ? 503 : 200))
  const options = { registry: { url: registry.url, timeoutMs: 5_000 }, subjectOf, types: types('group-revived') }
  const encoder = await openEventEncoder(options, open)
  expect(encoder.encode(event).subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 1]))
})

test('an abort ends the wait, with the reason of the signal', async () => {
  await using registry = await listen(() => undefined)
  const abort = new AbortController()
  const options = { registry: { url: registry.url }, subjectOf, types: types('rebalance') }
  const opening = openEventEncoder(options, { signal: abort.signal, log: noLog })
  setTimeout(() => abort.abort(new Error('enough')), 50)
  await expect(opening).rejects.toThrow('enough')
})

test('an event that does not fit its definition is named with what does not fit, for good', async () => {
  await using registry = await registryThat()
  const options = { registry: { url: registry.url }, subjectOf, types: types('group-revived') }
  const encoder = await openEventEncoder(options, open)
  const wrong = { ...event, data: { emptyForMs: 2n ** 64n } } as unknown as KoffEvent
  expect(() => encoder.encode(wrong)).toThrow(
    expect.objectContaining({
      code: 'SINK_FAILED',
      retriable: false,
      message: 'event 0-1-0: does not fit the definition of GroupRevived at data.emptyForMs',
    }),
  )
  expect(encoder.encode(event).length).toBeGreaterThan(5)
})

const open = { signal, log: noLog }

const event = newEvent({
  id: '0-1-0',
  type: 'group-revived',
  cluster: '',
  group: 'orders',
  groupType: 'classic',
  time: 1,
  source: { partition: 0, offset: 1, timestamp: 1 },
  data: { emptyForMs: 5 },
})
