import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs'
import { isCoordinatorMissing } from './brokerFault.ts'

/** How to reach the cluster that the events go to. */
export interface KafkaClientOptions {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[]
  /** What brokers call koff in their logs, quotas and metrics; `koff` unless given. */
  readonly clientId?: string | undefined
  /** PEM texts; `{}` trusts the authorities that Node trusts. No TLS unless given. */
  readonly tls?: TlsSettings | undefined
  readonly sasl?: SaslSettings | undefined
  /** For one connection with its handshakes; 10 s unless given. */
  readonly connectTimeoutMs?: number | undefined
  /** For the answer to one request; 30 s unless given. */
  readonly requestTimeoutMs?: number | undefined
}

interface TlsSettings {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly passphrase?: string | undefined
  readonly servername?: string | undefined
  readonly rejectUnauthorized?: boolean | undefined
}

type SaslSettings =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
      readonly username: string
      readonly password: string
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: string | (() => string | Promise<string>) }

/**
 * Its own retries are few and its log is silent: what goes wrong comes back as an error, so that there is one place that
 * decides how long to go on, and one that words it.
 */
export function kafkaClient(options: KafkaClientOptions): Kafka {
  const { brokers, clientId = 'koff', tls, sasl, connectTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = options
  const config: KafkaConfig = {
    brokers: [...brokers],
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

function saslFor(sasl: SaslSettings): SASLOptions {
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
function definedOnly(tls: TlsSettings) {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined))
}
