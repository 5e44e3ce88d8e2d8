import { AuthenticationError, protocolErrorsCodesById, ResponseError, TimeoutError } from '@platformatic/kafka'
import { type ErrorCode, KoffError } from '../errors.ts'
import type { BrokerOptions } from './brokerOptions.ts'

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

/** What the library, TLS or the operating system said, as an error that a user can act on. */
export function brokerFailure(error: unknown, place: FailurePlace): KoffError {
  if (error instanceof KoffError) return error
  const causes = causesOf(error)
  const judged = refusal(causes, place) ?? tlsFailure(causes, place) ?? brokerError(causes, place)
  if (judged !== null) return new KoffError(judged.code, `${place.broker}: ${judged.text}`, { ...judged, cause: error })
  const text = `${place.broker}: ${networkReason(causes, place)}`
  return new KoffError('BROKER_UNREACHABLE', text, { retriable: true, cause: error })
}

/** Kafka's name of an error code. */
export function errorName(code: number): string {
  return protocolErrorsCodesById[code] ?? `error ${code}`
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

const saslSetting = ['kafka', 'sasl']
const tlsSetting = ['kafka', 'tls']

function refusal(causes: readonly Error[], { options: { sasl }, trusted }: FailurePlace): Judgement | null {
  const refused = causes.find(cause => cause instanceof AuthenticationError)
  const response = causes.find(cause => cause instanceof ResponseError)
  if (sasl === undefined || (refused === undefined && response === undefined)) return null
  const said = causes.map(cause => ('apiId' in cause ? cause.apiId : undefined)).find(id => id !== undefined)
  if (said === 'UNSUPPORTED_SASL_MECHANISM') {
    const offered = offeredMechanisms(response)
    return { code: 'AUTHENTICATION_FAILED', text: `SASL ${sasl.mechanism} is not offered${offered}` }
  }
  if (said === 'ILLEGAL_SASL_STATE') {
    // A broker takes no new authentication (KIP-368) within a second of the last, however short it makes a session.
    if (trusted === true) return { code: 'BROKER_ERROR', text: 'it takes no new authentication now', retriable: true }
    return { code: 'CONFIG_INVALID', text: 'this listener has no SASL, but sasl is configured', setting: saslSetting }
  }
  if (refused === undefined && said !== 'SASL_AUTHENTICATION_FAILED') return null
  // Whoever hands out tokens may be back in a moment; a broker that refuses one will refuse it again.
  if (refused?.message.endsWith('provider threw an error.')) {
    return { code: 'AUTHENTICATION_FAILED', text: `no SASL token: ${reasonOf(refused.cause)}`, retriable: true }
  }
  const who = sasl.mechanism === 'OAUTHBEARER' ? 'the token' : `user ${JSON.stringify(sasl.username)}`
  return { code: 'AUTHENTICATION_FAILED', text: `the broker refuses ${who} (SASL ${sasl.mechanism})` }
}

function offeredMechanisms(response: Error | undefined): string {
  const answer = response !== undefined && 'response' in response ? response.response : undefined
  const mechanisms = typeof answer === 'object' && answer !== null && 'mechanisms' in answer ? answer.mechanisms : []
  return Array.isArray(mechanisms) && mechanisms.length > 0 ? `; this listener has ${mechanisms.join(', ')}` : ''
}

function tlsFailure(causes: readonly Error[], { options: { tls } }: FailurePlace): Judgement | null {
  if (causes.some(({ message }) => message === 'Broker requires TLS.')) {
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
  const foreign = codes.some(code => /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(code))
  if (foreign || causes.some(({ message }) => message.startsWith('TLS handshake failed'))) {
    const text = 'no TLS handshake: this listener seems to be without TLS'
    return { code: 'CONFIG_INVALID', text, setting: tlsSetting }
  }
  const bad = codes.find(code => code.startsWith('ERR_OSSL_') || code === 'ERR_INVALID_ARG_TYPE')
  if (bad === undefined) return null
  return { code: 'CONFIG_INVALID', text: `tls cannot be used (${bad}); PEM is expected`, setting: tlsSetting }
}

function brokerError(causes: readonly Error[], { request }: FailurePlace): Judgement | null {
  const names = causes.flatMap(cause => ('apiId' in cause && typeof cause.apiId === 'string' ? [cause.apiId] : []))
  if (names.length === 0) return null
  const text = `${[...new Set(names)].join(', ')}${request === undefined ? '' : ` in ${request}`}`
  return { code: 'BROKER_ERROR', text, retriable: !names.includes('UNSUPPORTED_VERSION') }
}

const systemReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to this host',
  ENETUNREACH: 'no route to this network',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of this host cannot be looked up now',
  ETIMEDOUT: 'connection timed out',
  EPIPE: 'connection closed',
}

function networkReason(causes: readonly Error[], { request, options, trusted }: FailurePlace): string {
  const known = causes.map(cause => systemReasons[codeOf(cause)]).find(reason => reason !== undefined)
  const timedOut = causes.some(cause => cause instanceof TimeoutError)
  const doing = request === undefined ? '' : ` in ${request}`
  if (timedOut) return request === undefined ? 'connection timed out' : `no answer to ${request}`
  const reason = known ?? reasonOf(causes.at(-1)).toLowerCase()
  const hint = trusted === true || options.sasl !== undefined ? '' : ' (does this listener want SASL?)'
  return `${reason}${doing}${request !== undefined ? hint : ''}`
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function causesOf(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [new Error(String(error))]
  const nested = error instanceof AggregateError ? error.errors.flatMap(causesOf) : []
  return [error, ...nested, ...(error.cause instanceof Error ? causesOf(error.cause) : [])]
}
