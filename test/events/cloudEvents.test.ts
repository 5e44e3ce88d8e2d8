import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cloudEventHeaders } from '../../src/events/cloudEvents.ts'
import { eventTypes } from '../../src/events/definitions.ts'
import { newEvent } from '../../src/events/newEvent.ts'
import { anyUtf16, arbitraryEvent } from './arbitraryEvent.ts'

const caughtUp = newEvent({
  id: '3-17-koff-caught-up-0',
  type: 'koff-caught-up',
  cluster: 'y7Yc/+ a',
  group: '',
  groupType: 'unknown',
  time: Date.UTC(2026, 10, 24, 3, 4, 5, 6),
  source: { partition: 3, offset: 17, timestamp: 0 },
  data: { partition: 3, position: 18 },
})
const content = { contentType: 'application/avro', dataschema: 'http://registry:8081/schemas/ids/7' }

test('the attributes of an event are headers that a consumer can filter by', () => {
  expect(cloudEventHeaders({ ...caughtUp, group: 'orders-äö' }, content)).toEqual({
    ce_specversion: '1.0',
    ce_id: '3-17-koff-caught-up-0',
    ce_type: 'dev.koff.koff-caught-up',
    ce_source: '/clusters/y7Yc%2F%2B%20a/topics/__consumer_offsets',
    ce_subject: 'orders-äö',
    ce_partitionkey: 'orders-äö',
    ce_time: '2026-11-24T03:04:05.006Z',
    ce_dataschema: 'http://registry:8081/schemas/ids/7',
    ce_severitytext: 'INFO',
    ce_severitynumber: '9',
    'content-type': 'application/avro',
  })
})

test('empty attributes are left out: the subject of an event without a group, the cluster in the source', () => {
  const headers = cloudEventHeaders({ ...caughtUp, cluster: '' }, content)
  expect(headers).not.toHaveProperty('ce_subject')
  expect(headers).not.toHaveProperty('ce_partitionkey')
  expect(headers).toMatchObject({ ce_source: '/topics/__consumer_offsets' })
})

test.each([[-1], [Number.MAX_SAFE_INTEGER], [Date.UTC(10000, 0, 1)]])(
  'time %i has no form in RFC 3339 and is left out',
  time => {
    expect(cloudEventHeaders({ ...caughtUp, time }, content)).not.toHaveProperty('ce_time')
  },
)

test('no event, whatever text and time it holds, has a header that is empty', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...eventTypes).chain(type => arbitraryEvent(type, anyUtf16)),
      event => {
        const { ce_id: _, ...headers } = cloudEventHeaders(event, content)
        for (const value of Object.values(headers)) expect(value.length).toBeGreaterThan(0)
      },
    ),
  )
})
