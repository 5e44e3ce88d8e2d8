import { isIP } from 'node:net'
import { createSecureContext, type ConnectionOptions as TlsConnectionOptions } from 'node:tls'

/** How to reach a cluster: what every part that talks to brokers needs. Secrets in it are never in a message of koff's. */
export interface BrokerOptions {
  /** `host:port` of some brokers; the others are learnt from them. Port 9092 unless given. */
  readonly brokers: readonly string[]
  /** What brokers call koff in their logs, quotas and metrics. Default `koff`. */
  readonly clientId?: string
  /** `{}` trusts the certificate authorities that Node trusts. */
  readonly tls?: TlsOptions
  readonly sasl?: SaslOptions
  /** For one connection with its handshakes, and for the first contact with the cluster as a whole. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** After this long without an answer a connection counts as dead. Default 30,000. */
  readonly requestTimeoutMs?: number
}

/** PEM texts. `cert` and `key` make it mutual TLS. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** Of `key`. */
  readonly passphrase?: string
  /** The name that the broker's certificate must have, where it is not the host that is connected to. */
  readonly servername?: string
  /** False accepts any certificate, and so anybody in the middle. Default true. */
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
  /** A function is asked again for every connection and each time the broker wants a new token (KIP-368). */
  readonly token: string | (() => string | Promise<string>)
  /** SASL extensions (KIP-342). */
  readonly extensions?: Readonly<Record<string, string>>
}

export const defaultClientId = 'koff'
export const defaultConnectTimeoutMs = 10_000
export const defaultRequestTimeoutMs = 30_000

/**
 * For `tls.connect`: asks for the host by name (SNI) as browsers do, which Node leaves out unless told. Throws what
 * Node's TLS throws where a certificate or key is none.
 */
export function tlsOptions(tls: TlsOptions, host: string): TlsConnectionOptions {
  const { servername = isIP(host) === 0 ? host : undefined, rejectUnauthorized = true, ...credentials } = tls
  return {
    secureContext: createSecureContext(credentials),
    rejectUnauthorized,
    ...(servername === undefined ? {} : { servername }),
  }
}
