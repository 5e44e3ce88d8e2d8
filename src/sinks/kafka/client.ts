import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs'
import {
  type BrokerOptions,
  defaultClientId,
  defaultConnectTimeoutMs,
  defaultRequestTimeoutMs,
  type SaslOptions,
  type TlsOptions,
} from '../../kafka/net/brokerOptions.ts'
import { bootstrap } from './bootstrap.ts'
import { isCoordinatorMissing } from './brokerFault.ts'

/**
 * Its own retries are few and its log is silent: what goes wrong comes back as an error, so that there is one place that
 * decides how long to go on, and one that words it.
 */
export function kafkaClient(options: BrokerOptions): Kafka {
  const { brokers, clientId = defaultClientId, tls, sasl } = options
  const { connectTimeoutMs = defaultConnectTimeoutMs, requestTimeoutMs = defaultRequestTimeoutMs } = options
  const config: KafkaConfig = {
    ...bootstrap(brokers),
    clientId,
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: kafkajs.logLevel.DEBUG,
    logCreator:
      () =>
      ({ log: { message, error } }) => {
        if (message === 'Tried to find group coordinator' && error instanceof Error) refusals.set(kafka, error)
      },
    ...(tls === undefined ? {} : { ssl: Object.keys(tls).length === 0 ? true : definedOnly(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslFor(sasl) }),
  }
  const kafka = new kafkajs.Kafka(config)
  return kafka
}

const refusals = new WeakMap<Kafka, Error>()

/** The error itself; but why there is no coordinator (a missing ACL above all) kafkajs tells nobody but its log. */
export function reasonBehind(error: unknown, kafka: Kafka): unknown {
  return isCoordinatorMissing(error) ? (refusals.get(kafka) ?? error) : error
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

/** Node's TLS takes a field that is there for one that was set. */
function definedOnly(tls: TlsOptions) {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined))
}
