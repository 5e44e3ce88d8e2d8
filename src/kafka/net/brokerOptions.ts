import { isIP } from 'node:net'
import { createSecureContext, type ConnectionOptions as TlsConnectionOptions } from 'node:tls'

/** How to reach a cluster. Messages of koff never hold the secrets in it. */
export interface BrokerOptions {
  /** `host:port` of some brokers; koff discovers the others. Port 9092 unless given. */
  readonly brokers: readonly string[]
  /** The client id, which brokers use in their logs, quotas and metrics. Default `koff`. */
  readonly clientId?: string
  /** `{}` trusts the certificate authorities that Node trusts. */
  readonly tls?: TlsOptions
  readonly sasl?: SaslOptions
  /** For one connection with its handshakes, and for the first contact with the cluster as a whole. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** A connection without a response for this long counts as dead. Default 30,000. */
  readonly requestTimeoutMs?: number
}

/** PEM texts. `cert` and `key` make it mutual TLS. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The passphrase of `key`. */
  readonly passphrase?: string
  /** The name in the broker's certificate, where it differs from the host that is connected to. */
  readonly servername?: string
  /** False accepts any certificate, and so a man in the middle. Default true. */
  readonly rejectUnauthorized?: boolean
}

export const passwordMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export type SaslOptions = PasswordSasl | TokenSasl

export interface PasswordSasl {
  readonly mechanism: (typeof passwordMechanisms)[number]
  readonly username: string
  readonly password: string
}

export interface TokenSasl {
  readonly mechanism: 'OAUTHBEARER'
  /** A function is called again for every connection, and each time the broker requires a new token (KIP-368). */
  readonly token: string | (() => string | Promise<string>)
  /** SASL extensions (KIP-342). */
  readonly extensions?: Readonly<Record<string, string>>
}

export const defaultClientId = 'koff'
export const defaultConnectTimeoutMs = 10_000
export const defaultRequestTimeoutMs = 30_000

/**
 * Options for `tls.connect`. Sends the host name (SNI) as browsers do, which Node omits by default. Throws Node's TLS
 * error where a certificate or key is invalid.
 */
export function tlsOptions(tls: TlsOptions, host: string): TlsConnectionOptions {
  const { servername = isIP(host) === 0 ? host : undefined, rejectUnauthorized = true, ...credentials } = tls
  return {
    secureContext: createSecureContext(credentials),
    rejectUnauthorized,
    ...(servername === undefined ? {} : { servername }),
  }
}
