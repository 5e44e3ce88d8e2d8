import { type ErrorCode, KoffError, type KoffErrorOptions } from '../../base/errors.ts'
import { causesOf, codeOf, systemReason, tlsFault, tlsVersionAdvice } from '../../base/systemReason.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { ConnectionFault } from '../net/socket.ts'
import { codes, kafkaError, ProtocolError } from '../protocol/errors.ts'

/** Where the failure occurred: enough to say what to do, without secrets. */
export interface FailurePlace {
  /** host:port */
  readonly broker: string
  readonly options: BrokerOptions
  /** The request without a response; left out while connecting. */
  readonly request?: string
  /** False until the broker has answered a request that needs authentication. */
  readonly trusted?: boolean
}

/** A known reason that lacks only the name of the broker. */
export class BrokerRefusal extends Error {
  readonly code: ErrorCode
  readonly options: KoffErrorOptions

  constructor(code: ErrorCode, text: string, options: KoffErrorOptions = {}) {
    super(text, options)
    this.code = code
    this.options = options
  }
}

/** An error of a broker, of TLS or of the operating system, as one that says what to do. */
export function brokerFailure(error: unknown, place: FailurePlace): KoffError {
  if (error instanceof KoffError) return error
  const named = (code: ErrorCode, text: string, options: KoffErrorOptions) =>
    new KoffError(code, `${place.broker}: ${text}`, { ...options, cause: error })
  if (error instanceof BrokerRefusal) return named(error.code, error.message, error.options)
  const causes = causesOf(error)
  const judged = tlsFailure(error, causes, place) ?? httpFailure(causes) ?? brokerError(causes, place)
  if (judged !== null) return named(judged.code, judged.text, judged)
  return named('BROKER_UNREACHABLE', networkReason(error, causes, place), { retriable: true })
}

/**
 * The broker's authorizer denied `operation` on a topic. Read implies Describe. Managed services that hide a topic from all
 * their users may answer so, too.
 */
export function authorizationFailure(broker: string, operation: 'Describe' | 'Read', topic: string): KoffError {
  const allow = `allow it with kafka-acls --add --allow-principal User:… --operation Read --topic ${topic}`
  const unless =
    operation === 'Describe' ? '; a managed service that hides the topic from its users cannot be read' : ''
  return new KoffError('AUTHORIZATION_FAILED', `${broker}: koff may not ${operation} topic ${topic}; ${allow}${unless}`)
}

interface Judgement {
  readonly code: ErrorCode
  readonly text: string
  readonly retriable?: boolean
  readonly setting?: readonly string[]
}

const tlsSetting = ['kafka', 'tls']

function tlsFailure(error: unknown, causes: readonly Error[], { options: { tls } }: FailurePlace): Judgement | null {
  if (causes.some(cause => cause instanceof ConnectionFault && cause.kind === 'wants-tls')) {
    return { code: 'CONFIG_INVALID', text: 'this listener speaks TLS, but no tls is configured', setting: tlsSetting }
  }
  if (tls === undefined) return null
  const codes = causes.map(codeOf).filter(code => code !== '')
  const refused = (text: string): Judgement => ({ code: 'AUTHENTICATION_FAILED', text })
  switch (tlsFault(error)) {
    case 'versions':
      return { code: 'UNSUPPORTED', text: `${systemReason(error)}; ${tlsVersionAdvice}` }
    case 'name':
      return refused('its TLS certificate is for another name; connect by that name, or set tls.servername')
    case 'untrusted':
      return refused(`its TLS certificate is not trusted (${codes[0]}); set tls.ca to the authority that signed it`)
    case 'client-certificate': {
      const what =
        tls.cert === undefined ? 'requires a client certificate; set tls.cert and tls.key' : 'refuses tls.cert'
      return refused(`the broker ${what} (${codes[0]})`)
    }
    case 'refused': {
      // A missing client certificate has no other alert in TLS 1.2.
      const cure = 'if it requires a client certificate, set tls.cert and tls.key'
      return refused(`the broker refuses the TLS handshake (${codes[0]}); ${cure}`)
    }
    case 'plain':
      return withoutTls
    case null:
      break
  }
  if (causes.some(({ message }) => message.includes('before secure TLS connection was established'))) return withoutTls
  const bad = codes.find(code => code.startsWith('ERR_OSSL_') || code === 'ERR_INVALID_ARG_TYPE')
  if (bad === undefined) return null
  return { code: 'CONFIG_INVALID', text: `tls cannot be used (${bad}); PEM is expected`, setting: tlsSetting }
}

const withoutTls: Judgement = {
  code: 'CONFIG_INVALID',
  text: 'no TLS handshake: this listener seems to be without TLS',
  setting: tlsSetting,
}

function httpFailure(causes: readonly Error[]): Judgement | null {
  if (!causes.some(cause => cause instanceof ConnectionFault && cause.kind === 'speaks-http')) return null
  const text = 'this is an HTTP server, not a Kafka listener'
  return { code: 'CONFIG_INVALID', text, setting: ['kafka', 'brokers'] }
}

function brokerError(causes: readonly Error[], { request }: FailurePlace): Judgement | null {
  const fault = causes.find(cause => cause instanceof ProtocolError)
  if (fault === undefined) return null
  const { code, name, retriable, text: meaning } = kafkaError(fault.errorCode)
  const text = `${name}${request === undefined ? '' : ` in ${request}`} (${meaning})`
  // An unexpected error in a broker often passes by itself, as while the broker starts.
  return { code: 'BROKER_ERROR', text, retriable: retriable || code === codes.UNKNOWN_SERVER_ERROR }
}

function networkReason(error: unknown, causes: readonly Error[], { request, options, trusted }: FailurePlace): string {
  const timedOut = causes.some(cause => cause instanceof ConnectionFault && cause.kind === 'timeout')
  const doing = request === undefined ? '' : ` in ${request}`
  if (timedOut) return request === undefined ? 'connection timed out' : `no answer to ${request}`
  const hint = trusted === true || options.sasl !== undefined ? '' : ' (does this listener require SASL?)'
  return `${systemReason(error)}${doing}${request !== undefined ? hint : ''}`
}
