import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import type avsc from 'avsc'
import { z } from 'zod'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type Exchange, registryLibrary } from './library.ts'
import type { RegistryAddress } from './options.ts'
import {
  answerFault,
  answerText,
  type RegistryCall,
  requestFault,
  type SubjectCall,
  secretsOf,
} from './registryFault.ts'
import { type RegistryAnswer, type RegistryRequest, sendToRegistry } from './registryRequest.ts'

/**
 * A schema registry with Confluent's API, through `@kafkajs/confluent-schema-registry`. koff checks each response
 * before the library sees it. It does not retry: the caller decides how long to retry.
 */
export interface RegistryClient {
  /**
   * Registers a schema, or looks it up where koff may not register, and returns its id. A subject without a
   * compatibility gets FULL_TRANSITIVE; an existing compatibility is kept.
   * @throws KoffError, retriable where time can help. It never returns an id that the registry did not send.
   */
  register(subject: string, schema: object, signal: AbortSignal): Promise<number>
  /**
   * The Avro type of the schema with an id; its longs are bigints where necessary.
   * @throws KoffError as `register`; the error of avsc for an invalid schema.
   */
  typeOf(id: number, signal: AbortSignal): Promise<avsc.Type>
}

const compatibility = 'FULL_TRANSITIVE'
type RegisterOptions = NonNullable<Parameters<SchemaRegistry['register']>[1]>

/** Readers take the id for an int32; registries give no negative ones. */
const schemaId = z.int().min(0).max(0x7fff_ffff)
const registeredAnswer = z.object({ id: schemaId })
const schemaAnswer = z.object({ schema: z.string(), schemaType: z.literal('AVRO').optional() })
const levelAnswer = z.object({ compatibilityLevel: z.string().regex(/^\w{1,40}$/) })
const levelSetAnswer = z.object({ compatibility: z.string() }).or(levelAnswer)

export function registryClient(address: RegistryAddress, log: Log): RegistryClient {
  let isRefusalLogged = false
  let isLevelLogged = false

  /** Without a compatibility, a schema that breaks readers can be registered. */
  const refused = (verb: 'show' | 'set', { subject }: SubjectCall, answer: RegistryAnswer) => {
    if (isRefusalLogged) return
    isRefusalLogged = true
    const { host } = address
    const what = `does not ${verb} the compatibility of subject ${subject} (${answerText(answer, secretsOf(address))})`
    const cure = `set it to ${compatibility} there, or allow koff to: else a schema may come that readers cannot read`
    log.warn(`schema registry ${host} ${what}; ${cure}`, { subject, status: answer.status })
  }

  /** The level of an operator is kept, but readers of all versions need FULL_TRANSITIVE. */
  const noteLevel = (subject: string, level: string) => {
    if (level === compatibility || isLevelLogged) return
    isLevelLogged = true
    const cure = `set it to ${compatibility} there: else a schema may come that readers cannot read`
    log.warn(`schema registry ${address.host} has the compatibility ${level} for subject ${subject}; ${cure}`, {
      subject,
    })
  }

  const send = async (request: RegistryRequest, call: RegistryCall, signal: AbortSignal): Promise<RegistryAnswer> => {
    try {
      return await sendToRegistry(address, request, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw requestFault(error, call)
    }
  }

  /** The responses that the library may see during a registration. */
  const registering = (subject: string, signal: AbortSignal) => {
    let hidden: RegistryAnswer | null = null
    const exchange: Exchange = async request => {
      const { method, path } = request
      const call = { address, operation: `${method} ${path}`, subject }
      const answer = await send(request, call, signal)
      if (method === 'GET') {
        if (answer.status === 404) throw new NoCompatibility()
        if (isRefusal(answer)) hidden = answer
        else noteLevel(subject, checked(answer, levelAnswer, call).compatibilityLevel)
        // The library refuses a level that differs from its own, so it gets its own: the existing level is kept.
        return { compatibilityLevel: compatibility }
      }
      if (method === 'PUT') {
        // 409: another instance was faster, and makes the same choice.
        if (answer.status === 409 || parsed(answer, levelSetAnswer) !== null) return {}
        const fault = answerFault(answer, call)
        if (fault.retriable) throw fault
        refused('set', call, answer)
        return {}
      }
      // Without the right to register, or with a registry in the mode READONLY (422), the schema may already be
      // registered.
      if (path.endsWith('/versions') && [403, 405, 422].includes(answer.status)) {
        throw new NotRegistered(answerFault(answer, call))
      }
      return checked(answer, registeredAnswer, call)
    }
    const over = () => {
      if (hidden !== null) refused('show', { address, operation: '', subject }, hidden)
    }
    return { exchange, over }
  }

  return {
    async register(subject, schema, signal) {
      const { exchange, over } = registering(subject, signal)
      const library = await registryLibrary(address.host, exchange)
      const raw = schema as Parameters<typeof library.register>[0]
      try {
        const options: unknown = { subject, compatibility }
        const { id } = await library.register(raw, options as RegisterOptions)
        over()
        return id
      } catch (error) {
        if (!(error instanceof NotRegistered)) throw error
        const isUnknown = (cause: unknown) => cause instanceof KoffError && !cause.retriable
        return await library.getRegistryIdBySchema(subject, raw).catch((cause: unknown) => {
          throw isUnknown(cause) ? error.fault : cause
        })
      }
    },
    async typeOf(id, signal) {
      const exchange: Exchange = async request => {
        const call = { address, operation: `${request.method} ${request.path}`, id }
        const answer = checked(await send(request, call, signal), schemaAnswer, call)
        if (!isJson(answer.schema)) {
          const text = `schema registry ${address.host}: schema ${id} is not JSON, so it is not an Avro schema`
          throw new KoffError('REGISTRY_UNREACHABLE', text)
        }
        return answer
      }
      return (await (await registryLibrary(address.host, exchange)).getSchema(id)) as avsc.Type
    },
  }
}

/** The library treats an error with this status as a subject without a compatibility. */
class NoCompatibility extends Error {
  readonly status = 404
}

/** The registry does not accept a schema of koff. */
class NotRegistered extends Error {
  readonly fault: KoffError

  constructor(fault: KoffError) {
    super(fault.message)
    this.fault = fault
  }
}

/** Not allowed, or the registry does not have this request. */
function isRefusal({ status }: RegistryAnswer): boolean {
  return [401, 403, 405, 501].includes(status)
}

function checked<T>(answer: RegistryAnswer, schema: z.ZodType<T>, call: RegistryCall): T {
  const value = parsed(answer, schema)
  if (value === null) throw answerFault(answer, call)
  return value
}

/** Null where the response does not follow the API. */
function parsed<T>({ status, text }: RegistryAnswer, schema: z.ZodType<T>): T | null {
  if (status < 200 || status > 299) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
