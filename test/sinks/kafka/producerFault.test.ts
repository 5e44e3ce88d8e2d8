import { expect, test } from 'vitest'
import { KoffError } from '../../../src/base/errors.ts'
import { RequestRejected } from '../../../src/kafka/producer/rejection.ts'
import { codes } from '../../../src/kafka/protocol/errors.ts'
import { isFenced, producerFault } from '../../../src/sinks/kafka/producerFault.ts'

const call = { brokers: ['a:9092', 'b:9092'], topic: 'events', transactionalId: 'koff-3' }

function rejected(name: keyof typeof codes): RequestRejected {
  return new RequestRejected(codes[name], { broker: 'a:9092', request: 'Produce', topic: 'events' })
}

test.each([
  ['TOPIC_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED', 'koff may not Write topic events; allow it with kafka-acls'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED', 'koff may not Write topic events; allow it with kafka-acls'],
  ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'AUTHORIZATION_FAILED', '--operation Write --transactional-id koff-3'],
  ['MESSAGE_TOO_LARGE', 'TOPIC_UNFIT', 'topic events does not accept messages as large as those of koff'],
  ['RECORD_LIST_TOO_LARGE', 'TOPIC_UNFIT', '--add-config max.message.bytes=1048588'],
] as const)('%s needs a person: the message says what to do', (name, code, text) => {
  const fault = producerFault(rejected(name), call)
  expect(fault).toMatchObject({ code, retriable: false })
  expect(fault.message).toContain(text)
})

test('another producer may mend anything else', () => {
  const fault = producerFault(rejected('OUT_OF_ORDER_SEQUENCE_NUMBER'), call)
  expect(fault).toMatchObject({ code: 'BROKER_ERROR', retriable: true })
  expect(fault.message).toContain('Kafka at a:9092,b:9092, topic events: OUT_OF_ORDER_SEQUENCE_NUMBER')
  const known = new KoffError('BROKER_UNREACHABLE', 'a:9092: connection refused', { retriable: true })
  expect(producerFault(known, call)).toBe(known)
})

test('a newer producer of the transactional id fences this one', () => {
  expect(isFenced(rejected('PRODUCER_FENCED'))).toBe(true)
  expect(isFenced(new Error('around it', { cause: rejected('INVALID_PRODUCER_EPOCH') }))).toBe(true)
  expect(isFenced(rejected('NOT_ENOUGH_REPLICAS'))).toBe(false)
})
