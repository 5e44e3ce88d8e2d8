import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs'
import {
  type BrokerOptions,
  defaultClientId,
  defaultConnectTimeoutMs,
  defaultRequestTimeoutMs,
  type SaslOptions,
  type TlsOptions,
} from '../net/brokerOptions.ts'
import { mendRequestQueue } from './requestQueue.ts'
import { clientSockets } from './sockets.ts'

mendRequestQueue()

/** A kafkajs client. Disposal closes its sockets at once: requests in flight fail. */
export interface KafkajsClient extends Disposable {
  readonly kafka: Kafka
}

/**
 * It retries little and logs nothing. Failures are returned as errors, so that one place decides how long to retry, and
 * one chooses the message.
 */
export function kafkajsClient(options: BrokerOptions): KafkajsClient {
  const { brokers, clientId = defaultClientId, tls, sasl } = options
  const { connectTimeoutMs = defaultConnectTimeoutMs, requestTimeoutMs = defaultRequestTimeoutMs } = options
  const sockets = clientSockets(brokers)
  const config: KafkaConfig = {
    ...sockets.config,
    clientId,
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: kafkajs.logLevel.NOTHING,
    ...(tls === undefined ? {} : { ssl: Object.keys(tls).length === 0 ? true : definedOnly(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslFor(sasl) }),
  }
  return { kafka: new kafkajs.Kafka(config), [Symbol.dispose]: () => sockets[Symbol.dispose]() }
}

function saslFor(sasl: SaslOptions): SASLOptions {
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username: sasl.username, password: sasl.password }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username: sasl.username, password: sasl.password }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username: sasl.username, password: sasl.password }
    case 'OAUTHBEARER': {
      const { token } = sasl
      const oauthBearerProvider = async () => ({ value: typeof token === 'string' ? token : await token() })
      return { mechanism: 'oauthbearer', oauthBearerProvider }
    }
  }
}

/** Node's TLS treats a field that exists as set. */
function definedOnly(tls: TlsOptions) {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined))
}
