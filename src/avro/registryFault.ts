import { z } from 'zod'
import { type ErrorCode, KoffError } from '../base/errors.ts'
import { serverText } from '../base/serverText.ts'
import { systemReason, tlsFault, tlsVersionAdvice } from '../base/systemReason.ts'
import type { RegistryAddress } from './options.ts'
import { basicCredentials, type RegistryAnswer } from './registryRequest.ts'

interface Call {
  readonly address: RegistryAddress
  /** `POST /subjects/orders-value/versions` */
  readonly operation: string
}

export interface SubjectCall extends Call {
  readonly subject: string
}

export interface SchemaCall extends Call {
  readonly id: number
}

/** A request to the registry. */
export type RegistryCall = SubjectCall | SchemaCall

/** The failure of a request without a response, with what to do. */
export function requestFault(error: unknown, { address: { host, requestTimeoutMs } }: RegistryCall): KoffError {
  const where = `schema registry ${host}`
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause: error })
  const reason = systemReason(error)
  switch (tlsFault(error)) {
    case 'plain':
      return permanent('REGISTRY_UNREACHABLE', `${where} does not use TLS: begin its url with http://`)
    case 'versions':
      return permanent('UNSUPPORTED', `${where}: ${reason}; ${tlsVersionAdvice}`)
    case 'client-certificate':
    case 'refused':
      return permanent(
        'AUTHENTICATION_FAILED',
        `${where}: ${reason}; koff does not support client certificates for a registry`,
      )
    case 'name':
      return permanent('AUTHENTICATION_FAILED', `${where}: ${reason}; use that name in registry.url`)
    case 'untrusted':
      return permanent(
        'AUTHENTICATION_FAILED',
        `${where}: ${reason}; set NODE_EXTRA_CA_CERTS to a file with its authority`,
      )
    case null: {
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      const what = isLate ? `no answer within ${requestTimeoutMs / 1000} s` : reason
      return new KoffError('REGISTRY_UNREACHABLE', `${where} cannot be reached: ${what}`, {
        retriable: true,
        cause: error,
      })
    }
  }
}

/** The failure of a response that does not follow the registry's API, with what to do. */
export function answerFault(answer: RegistryAnswer, call: RegistryCall): KoffError {
  const { status } = answer
  const where = `schema registry ${call.address.host}`
  const said = answerText(answer, secretsOf(call.address))
  if (status === 401) {
    const verb = call.address.auth === null ? 'wants credentials' : 'refuses the credentials'
    return permanent('AUTHENTICATION_FAILED', `${where} ${verb} (${said}); see registry.username and registry.password`)
  }
  if (status === 403) {
    const what = 'id' in call ? `read schema ${call.id}` : `write subject ${call.subject}`
    return permanent('AUTHORIZATION_FAILED', `${where}: koff may not ${what} (${said}); allow it there`)
  }
  if (status === 404 && 'id' in call && !answer.isHtml) {
    const text = `${where} has no schema ${call.id} (${said}); does registry.url belong to this topic?`
    return permanent('REGISTRY_UNREACHABLE', text)
  }
  if (status === 404) {
    const text = `${where} has no API of Confluent's kind (${said}); check the path of registry.url`
    return permanent('REGISTRY_UNREACHABLE', text)
  }
  if ((status === 409 || status === 422) && 'subject' in call) {
    const text = `${where} does not accept the schema for subject ${call.subject} (${said})`
    const cure = 'set subjects: topic-record, or use another topic'
    return permanent(
      'TOPIC_UNFIT',
      `${text}; if that subject has schemas of an earlier koff or of another program, ${cure}`,
    )
  }
  if (status >= 300 && status < 400) {
    return permanent('REGISTRY_UNREACHABLE', `${where} ${said}; set registry.url to the address of the registry itself`)
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) return forNow(answer, where, said)
  const text = `${where} answers ${call.operation} with ${said}, which is not a response of Confluent's API`
  return permanent('REGISTRY_UNREACHABLE', `${text}; check registry.url and any proxy before it`)
}

function permanent(code: ErrorCode, message: string): KoffError {
  return new KoffError(code, message)
}

function forNow({ status, retryAfterMs }: RegistryAnswer, where: string, said: string): KoffError {
  const what = status === 429 ? 'wants fewer requests' : 'cannot answer now'
  const when = retryAfterMs === null ? '' : `; retry in ${Math.ceil(retryAfterMs / 1000)} s`
  return new KoffError('REGISTRY_UNREACHABLE', `${where} ${what} (${said})${when}`, {
    retriable: true,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  })
}

const errorAnswer = z.object({ message: z.string().min(1) })

/**
 * `404: Subject not found.`, `200 and an HTML page “Sign in”`, `200 and null`: the response as text, without secrets.
 */
export function answerText(answer: RegistryAnswer, secrets: readonly string[]): string {
  const { status, location, isHtml, text } = answer
  if (status >= 300 && status < 400) {
    const target = location === null ? 'without an address' : `to ${placeOf(serverText(location, secrets))}`
    return `answers with a redirect (${status}) ${target}`
  }
  const page = isHtml ? `an HTML page${titleOf(text)}` : null
  const message = page === null ? messageIn(text) : null
  if (message !== null) return `${status}: ${serverText(message, secrets)}`
  const body = page ?? text.trim()
  return body === '' ? `${status} and nothing else` : `${status} and ${serverText(body, secrets)}`
}

/** The credentials of koff in every form in which it sends them. */
export function secretsOf({ auth }: RegistryAddress): readonly string[] {
  if (auth === null) return []
  return [auth.password, basicCredentials(auth).replace('Basic ', '')].filter(secret => secret !== '')
}

function messageIn(text: string): string | null {
  try {
    return errorAnswer.parse(JSON.parse(text)).message
  } catch {
    return null
  }
}

function titleOf(html: string): string {
  const [, title = ''] = /<title[^>]*>([^<]*)<\/title>/i.exec(html) ?? []
  return title.trim() === '' ? '' : ` “${title.trim()}”`
}

/** Without the query and the fragment, which may hold tokens of a sign-in. */
function placeOf(location: string): string {
  return location.replace(/[?#].*$/, '')
}
