import { type ErrorCode, KoffError, type KoffErrorOptions } from '../../base/errors.ts'
import { causesOf, codeOf, systemReason } from '../../base/systemReason.ts'
import type { BrokerOptions } from '../net/brokerOptions.ts'
import { ConnectionFault } from '../net/socket.ts'
import { errorName, UNSUPPORTED_VERSION } from '../protocol/errorCodes.ts'

export { errorName } from '../protocol/errorCodes.ts'

/** Where something went wrong: enough to say what to do, and nothing secret. */
export interface FailurePlace {
  /** host:port */
  readonly broker: string
  readonly options: BrokerOptions
  /** The request that was not answered; left out while connecting. */
  readonly request?: string
  /** False until the broker answered something that it does not answer to everybody. */
  readonly trusted?: boolean
}

/** An answer that is nothing but one of Kafka's error codes. */
export class ProtocolFault extends Error {
  readonly errorCode: number

  constructor(errorCode: number) {
    super(errorName(errorCode))
    this.errorCode = errorCode
  }
}

/** What is known to be wrong; all that is missing is which broker it was. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly options: KoffErrorOptions

  constructor(code: ErrorCode, text: string, options: KoffErrorOptions = {}) {
    super(text, options)
    this.code = code
    this.options = options
  }
}

/** What a broker, TLS or the operating system said, as an error that a user can act on. */
export function brokerFailure(error: unknown, place: FailurePlace): KoffError {
  if (error instanceof KoffError) return error
  const named = (code: ErrorCode, text: string, options: KoffErrorOptions) =>
    new KoffError(code, `${place.broker}: ${text}`, { ...options, cause: error })
  if (error instanceof Refusal) return named(error.code, error.message, error.options)
  const causes = causesOf(error)
  const judged = tlsFailure(causes, place) ?? httpFailure(causes) ?? brokerError(causes, place)
  if (judged !== null) return named(judged.code, judged.text, judged)
  return named('BROKER_UNREACHABLE', networkReason(error, causes, place), { retriable: true })
}

/**
 * A request that the broker's authorizer denied: `operation` on a topic. Read implies Describe. Managed services that hide
 * a topic from everybody may answer so, too.
 */
export function authorizationFailure(broker: string, operation: 'Describe' | 'Read', topic: string): KoffError {
  const allow = `allow it with kafka-acls --add --allow-principal User:… --operation Read --topic ${topic}`
  const unless = operation === 'Describe' ? '; a managed service that hides it from everybody cannot be read' : ''
  return new KoffError('AUTHORIZATION_FAILED', `${broker}: koff may not ${operation} topic ${topic}; ${allow}${unless}`)
}

interface Judgement {
  readonly code: ErrorCode
  readonly text: string
  readonly retriable?: boolean
  readonly setting?: readonly string[]
}

const tlsSetting = ['kafka', 'tls']

function tlsFailure(causes: readonly Error[], { options: { tls } }: FailurePlace): Judgement | null {
  if (causes.some(cause => cause instanceof ConnectionFault && cause.kind === 'wants-tls')) {
    return { code: 'CONFIG_INVALID', text: 'this listener speaks TLS, but no tls is configured', setting: tlsSetting }
  }
  if (tls === undefined) return null
  const codes = causes.map(codeOf)
  if (codes.includes('ERR_TLS_CERT_ALTNAME_INVALID')) {
    const text = 'its TLS certificate is for another name; connect by that name, or set tls.servername'
    return { code: 'AUTHENTICATION_FAILED', text }
  }
  const untrusted = codes.find(code => /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code))
  if (untrusted !== undefined) {
    const text = `its TLS certificate is not trusted (${untrusted}); set tls.ca to the authority that signed it`
    return { code: 'AUTHENTICATION_FAILED', text }
  }
  const alert = codes.find(code => /ALERT_.*CERTIFICATE|ALERT_UNKNOWN_CA/.test(code))
  if (alert !== undefined) {
    const text =
      tls.cert === undefined ? 'wants a TLS certificate of koff; set tls.cert and tls.key' : 'refuses tls.cert'
    return { code: 'AUTHENTICATION_FAILED', text: `the broker ${text} (${alert})` }
  }
  // All that TLS 1.2 says where a certificate is wanted
  const unsaid = codes.find(code => /ALERT_HANDSHAKE_FAILURE/.test(code))
  if (unsaid !== undefined) {
    const text = `the broker refuses the TLS handshake (${unsaid}); if it wants a certificate of koff, set tls.cert and tls.key`
    return { code: 'AUTHENTICATION_FAILED', text }
  }
  const foreign = codes.some(code => /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(code))
  if (foreign || causes.some(({ message }) => message.includes('before secure TLS connection was established'))) {
    const text = 'no TLS handshake: this listener seems to be without TLS'
    return { code: 'CONFIG_INVALID', text, setting: tlsSetting }
  }
  const bad = codes.find(code => code.startsWith('ERR_OSSL_') || code === 'ERR_INVALID_ARG_TYPE')
  if (bad === undefined) return null
  return { code: 'CONFIG_INVALID', text: `tls cannot be used (${bad}); PEM is expected`, setting: tlsSetting }
}

function httpFailure(causes: readonly Error[]): Judgement | null {
  if (!causes.some(cause => cause instanceof ConnectionFault && cause.kind === 'speaks-http')) return null
  const text = 'this is a server for HTTP, not a listener of Kafka'
  return { code: 'CONFIG_INVALID', text, setting: ['kafka', 'brokers'] }
}

function brokerError(causes: readonly Error[], { request }: FailurePlace): Judgement | null {
  const fault = causes.find(cause => cause instanceof ProtocolFault)
  if (fault === undefined) return null
  const text = `${fault.message}${request === undefined ? '' : ` in ${request}`}`
  return { code: 'BROKER_ERROR', text, retriable: fault.errorCode !== UNSUPPORTED_VERSION }
}

function networkReason(error: unknown, causes: readonly Error[], { request, options, trusted }: FailurePlace): string {
  const timedOut = causes.some(cause => cause instanceof ConnectionFault && cause.kind === 'timeout')
  const doing = request === undefined ? '' : ` in ${request}`
  if (timedOut) return request === undefined ? 'connection timed out' : `no answer to ${request}`
  const hint = trusted === true || options.sasl !== undefined ? '' : ' (does this listener want SASL?)'
  return `${systemReason(error)}${doing}${request !== undefined ? hint : ''}`
}
