import { type ErrorCode, KoffError } from '../../base/errors.ts'
import { serverText } from '../../base/serverText.ts'
import { causesOf, systemReason, type TlsFault, tlsFault, tlsVersionAdvice } from '../../base/systemReason.ts'
import { raiseLimit } from './raiseLimit.ts'

export interface BrokerCall {
  readonly brokers: readonly string[]
  readonly topic: string
  /** What is done to the topic; Write unless given. */
  readonly operation?: 'Read' | 'Write'
  /** The consumer group, or the transactional id, that the call is about. */
  readonly group?: string
  readonly transactionalId?: string
}

/** What kafkajs said, in terms of what its user can do about it. Retriable where a new connection can mend it. */
export function brokerFault(error: unknown, call: BrokerCall): KoffError {
  const { brokers, topic } = call
  if (error instanceof KoffError) return error
  const causes = causesOf(error)
  const types = causes.map(cause => stringIn(cause, 'type'))
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause: error })
  const is = (...names: readonly string[]) => types.some(type => names.includes(type))
  const where = `Kafka at ${brokers.join(',')}`
  const reason = reasonOf(causes)

  const refused = refusalOf(causes, call)
  if (refused !== null) {
    const { operation, resource, name, also = '' } = refused
    const flag = `--${resource.replace(' ', '-')} ${name}`
    const cure = `allow it with kafka-acls --add --allow-principal User:… --operation ${operation} ${flag}`
    return permanent('AUTHORIZATION_FAILED', `${where}: koff may not ${operation} ${resource} ${name}${also}; ${cure}`)
  }
  if (causes.some(cause => cause.name === 'KafkaJSSASLAuthenticationError')) {
    // Without the broker's own text: some repeat what they were sent.
    return new KoffError('AUTHENTICATION_FAILED', `${where} refuses the credentials; see sasl`)
  }
  const tls = tlsFault(error)
  if (tls !== null) {
    const code = tls === 'versions' || tls === 'plain' ? 'UNSUPPORTED' : 'AUTHENTICATION_FAILED'
    return permanent(code, `${where}: ${systemReason(error)}; ${tlsAdvice[tls]}`)
  }
  if (is('MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) {
    return permanent(
      'TOPIC_UNFIT',
      `topic ${topic} takes no message as large as one of koff's; ${raiseLimit({ topic, brokers })}`,
    )
  }
  if (
    is(
      'INVALID_REPLICATION_FACTOR',
      'INVALID_PARTITIONS',
      'INVALID_CONFIG',
      'POLICY_VIOLATION',
      'INVALID_TOPIC_EXCEPTION',
    )
  ) {
    return permanent('TOPIC_UNFIT', `${where} does not create topic ${topic}: ${reason}`)
  }
  const connection = causes.some(cause => /Connection|NoBrokerAvailable|RequestTimeout|BrokerNotFound/.test(cause.name))
  if (connection) {
    return new KoffError('BROKER_UNREACHABLE', `${where} cannot be reached: ${reason}`, {
      retriable: true,
      cause: error,
    })
  }
  return new KoffError('BROKER_ERROR', `${where}, topic ${topic}: ${reason}`, { retriable: true, cause: error })
}

interface Refusal {
  readonly operation: 'Read' | 'Write' | 'Create'
  readonly resource: 'topic' | 'group' | 'transactional id'
  readonly name: string
  /** What else may be missing. */
  readonly also?: string
}

/** What the broker's authorizer denied; Read and Write imply Describe. */
function refusalOf(causes: readonly Error[], call: BrokerCall): Refusal | null {
  const { topic, operation = 'Write', group = '', transactionalId = '' } = call
  for (const cause of causes) {
    switch (stringIn(cause, 'type')) {
      case 'GROUP_AUTHORIZATION_FAILED':
        return { operation: 'Read', resource: 'group', name: group }
      case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
        return { operation: 'Write', resource: 'transactional id', name: transactionalId }
      case 'TOPIC_AUTHORIZATION_FAILED':
        if (cause.name !== 'KafkaJSCreateTopicError') return { operation, resource: 'topic', name: topic }
        return { operation: 'Create', resource: 'topic', name: topic, also: ', or not see that it is there' }
      // An idempotent producer without rights on any topic is refused with the error of the cluster.
      case 'CLUSTER_AUTHORIZATION_FAILED':
        return { operation, resource: 'topic', name: topic }
    }
  }
  return null
}

/** The transactional id is another producer's by now, or its transaction took the broker too long. */
export function isFenced(error: unknown): boolean {
  const fences = ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE']
  return causesOf(error).some(cause => fences.includes(stringIn(cause, 'type')))
}

const tlsAdvice: Readonly<Record<TlsFault, string>> = {
  plain: 'see tls',
  versions: tlsVersionAdvice,
  'client-certificate': 'see tls.cert and tls.key',
  refused: 'see tls.cert and tls.key',
  name: 'see tls.servername',
  untrusted: 'see tls.ca',
}

function reasonOf(causes: readonly Error[]): string {
  return serverText(systemReason(causes.at(-1)).replace(/^Connection error: /, ''))
}

/** kafkajs found no coordinator of a group, or of a transactional id. */
export function isCoordinatorMissing(error: unknown): boolean {
  return causesOf(error).some(cause => cause.name === 'KafkaJSGroupCoordinatorNotFound')
}

function stringIn(error: Error, field: 'type' | 'code'): string {
  const value: unknown = Object.getOwnPropertyDescriptor(error, field)?.value
  return typeof value === 'string' ? value : ''
}
