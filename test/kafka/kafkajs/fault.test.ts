import { expect, test } from 'vitest'
import { kafkajsFault } from '../../../src/kafka/kafkajs/fault.ts'

/* What kafkajs throws, by the names and fields that it has; with real brokers: test/kafka. */

const call = { brokers: ['a:9092', 'b:9092'], topic: 'events' }

function error(name: string, message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), { name, ...fields })
}

test.each([
  [
    error('KafkaJSNumberOfRetriesExceeded', 'x', {
      cause: error('KafkaJSProtocolError', 'Not authorized', { type: 'CLUSTER_AUTHORIZATION_FAILED' }),
    }),
    'AUTHORIZATION_FAILED',
    false,
  ],
  [error('KafkaJSSASLAuthenticationError', 'SASL PLAIN authentication failed'), 'AUTHENTICATION_FAILED', false],
  [
    error('KafkaJSConnectionError', 'Connection error: x', { code: 'CERT_HAS_EXPIRED' }),
    'AUTHENTICATION_FAILED',
    false,
  ],
  [
    error('KafkaJSAggregateError', 'Topic errors', {
      errors: [error('KafkaJSCreateTopicError', 'Replication-factor', { type: 'INVALID_REPLICATION_FACTOR' })],
    }),
    'TOPIC_UNFIT',
    false,
  ],
  [error('KafkaJSConnectionClosedError', 'Closed connection', { broker: 'a:9092' }), 'BROKER_UNREACHABLE', true],
  [error('KafkaJSRequestTimeoutError', 'Request Produce timed out'), 'BROKER_UNREACHABLE', true],
  [error('KafkaJSProtocolError', 'not enough', { type: 'NOT_ENOUGH_REPLICAS' }), 'BROKER_ERROR', true],
  [
    error('KafkaJSProtocolError', 'sequence', { type: 'OUT_OF_ORDER_SEQUENCE_NUMBER', retriable: false }),
    'BROKER_ERROR',
    true,
  ],
  ['no error at all', 'BROKER_ERROR', true],
])('%s is %s', (thrown, code, retriable) => {
  const fault = kafkajsFault(thrown, call)
  expect(fault).toMatchObject({ code, retriable })
  expect(fault.message).toMatch(/events|a:9092,b:9092/)
  expect(fault.message).not.toContain('\n')
})
