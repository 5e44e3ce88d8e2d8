import { type ErrorCode, KoffError } from '../../base/errors.ts'
import { serverText } from '../../base/serverText.ts'
import { causesOf, systemReason, type TlsFault, tlsFault, tlsVersionAdvice } from '../../base/systemReason.ts'
import { accessRefusal, type BrokerCall, clusterText } from '../client/accessRefusal.ts'
import type { ErrorName } from '../protocol/errors.ts'

/** An error of kafkajs as one that says what to do. Retriable where a new connection can mend it. */
export function kafkajsFault(error: unknown, call: BrokerCall): KoffError {
  if (error instanceof KoffError) return error
  const causes = causesOf(error)
  const names = causes.map(errorType)
  const where = clusterText(call)
  const reason = reasonOf(causes)
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause: error })

  for (const name of names) {
    const refusal = accessRefusal(name, call, error)
    if (refusal !== null) return refusal
  }
  if (causes.some(cause => cause.name === 'KafkaJSSASLAuthenticationError')) {
    // Without the text of the broker: some repeat what they were sent.
    return new KoffError('AUTHENTICATION_FAILED', `${where} refuses the credentials; see sasl`)
  }
  const tls = tlsFault(error)
  if (tls !== null) {
    const code = tls === 'versions' || tls === 'plain' ? 'UNSUPPORTED' : 'AUTHENTICATION_FAILED'
    return permanent(code, `${where}: ${systemReason(error)}; ${tlsAdvice[tls]}`)
  }
  if (names.some(name => refusedTopic.has(name))) {
    return permanent('TOPIC_UNFIT', `${where} does not create topic ${call.topic}: ${reason}`)
  }
  if (causes.some(({ name }) => /Connection|NoBrokerAvailable|RequestTimeout|BrokerNotFound/.test(name))) {
    return new KoffError('BROKER_UNREACHABLE', `${where} cannot be reached: ${reason}`, {
      retriable: true,
      cause: error,
    })
  }
  return new KoffError('BROKER_ERROR', `${where}, topic ${call.topic}: ${reason}`, { retriable: true, cause: error })
}

/** Kafka's name of the error that a broker answered with; '' for other errors. */
export function errorType(error: Error): string {
  return 'type' in error && typeof error.type === 'string' ? error.type : ''
}

/** Responses to CreateTopics that need a change of the plan or of a setting of the cluster. */
const refusedTopic: ReadonlySet<string> = new Set<ErrorName>([
  'INVALID_REPLICATION_FACTOR',
  'INVALID_PARTITIONS',
  'INVALID_CONFIG',
  'POLICY_VIOLATION',
  'INVALID_TOPIC_EXCEPTION',
])

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
