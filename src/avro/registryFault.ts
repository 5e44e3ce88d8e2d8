import { type ErrorCode, KoffError } from '../base/errors.ts'
import type { RegistryAddress } from './options.ts'

export interface RegistryCall {
  readonly address: RegistryAddress
  readonly subject: string
}

/** What went wrong at the registry, in terms of what its user can do about it. */
export function registryFault(error: unknown, { address: { host }, subject }: RegistryCall): KoffError {
  const status = statusOf(error)
  const reason = reasonOf(error)
  const permanent = (code: ErrorCode, message: string) => new KoffError(code, message, { cause: error })
  if (status === 401) {
    return permanent('AUTHENTICATION_FAILED', `schema registry ${host} refuses the credentials: ${reason}`)
  }
  if (status === 403) {
    return permanent(
      'AUTHORIZATION_FAILED',
      `schema registry ${host}: not allowed to write subject ${subject}: ${reason}`,
    )
  }
  if (status === 404) {
    const message = `${host} is no Confluent-compatible schema registry (404): check the path of its url`
    return permanent('REGISTRY_UNREACHABLE', message)
  }
  if (/EPROTO|wrong version number/.test(reason)) {
    return permanent('REGISTRY_UNREACHABLE', `schema registry ${host} speaks no TLS: its url begins with http://`)
  }
  if (certificateFault.test(reason)) {
    const message = `schema registry ${host}: its TLS certificate is not trusted (${reason})`
    return permanent('AUTHENTICATION_FAILED', `${message}; NODE_EXTRA_CA_CERTS names a file of further authorities`)
  }
  // Another instance chose the compatibility of the subject at the same moment: what it chose is there the next time.
  const isRace = status === 409 && isConfigRequest(error)
  if ((status === 409 || status === 422) && !isRace) {
    const message = `schema registry ${host} does not take the schema of the events as ${subject}: ${reason}`
    return permanent('TOPIC_UNFIT', `${message}; if that subject holds other schemas, name another topic`)
  }
  // The client reports a refused connection as status 400; a server's own 5xx and 429 pass by themselves, too.
  const message = `schema registry ${host} cannot be reached: ${reason}`
  return new KoffError('REGISTRY_UNREACHABLE', message, { retriable: true, cause: error })
}

/** What Node says of a certificate; the client leaves no more of it than the message. */
const certificateFault =
  /self[- ]signed certificate|unable to (verify|get) .*certificate|certificate has expired|certificate's altnames/

export function isOtherCompatibility(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConfluentSchemaRegistryCompatibilityError'
}

/** The compatibility of the subject could not be set; the schema was registered before that. */
export function isRefusedConfig(error: unknown): boolean {
  return isConfigRequest(error) && [401, 403, 404, 405].includes(statusOf(error) ?? 0)
}

/** The client's only PUT. */
function isConfigRequest(error: unknown): boolean {
  return error instanceof Error && 'url' in error && typeof error.url === 'string' && error.url.startsWith('put ')
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it did not answer'
  // The client puts its own name before every message, and an answer without one it calls an object.
  const said = error.message.replace(/^\w+ - (?:Error, status \d+: )?/, '').trim()
  return said === '[object Object]' ? `status ${statusOf(error)}` : said
}
