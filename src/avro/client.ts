import { z } from 'zod'
import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
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

/** A schema registry with Confluent's API. It repeats nothing by itself: the caller decides how long to go on. */
export interface RegistryClient {
  /**
   * Registers a schema, or finds it where koff may not register, and gives its id. Where nobody has chosen a compatibility for the subject, it becomes
   * FULL_TRANSITIVE; a choice that was made stays.
   * @throws KoffError retriable where time can help; never with an id that the registry did not give.
   */
  register(subject: string, schema: object, signal: AbortSignal): Promise<number>
  /**
   * The Avro schema with an id, as parsed JSON.
   * @throws KoffError as `register`.
   */
  schemaOf(id: number, signal: AbortSignal): Promise<unknown>
}

const compatibility = 'FULL_TRANSITIVE'

/** Kafka's clients write it into four bytes, and the registry counts from 1. */
const schemaId = z.int().min(0).max(0x7fff_ffff)
const registeredAnswer = z.object({ id: schemaId })
const schemaAnswer = z.object({ schema: z.string(), schemaType: z.literal('AVRO').optional() })
const levelAnswer = z.object({ compatibilityLevel: z.string() })
const levelSetAnswer = z.object({ compatibility: z.string() }).or(levelAnswer)

export function registryClient(address: RegistryAddress, log: Log): RegistryClient {
  let isRefusalLogged = false

  const send = async (request: RegistryRequest, call: RegistryCall, signal: AbortSignal): Promise<RegistryAnswer> => {
    try {
      return await sendToRegistry(address, request, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw requestFault(error, call)
    }
  }

  /** Null where the subject has none. */
  const compatibilityOf = async (path: string, call: RegistryCall, signal: AbortSignal) => {
    const answer = await send({ method: 'GET', path }, call, signal)
    if (answer.status === 404) return null
    if (!isRefusal(answer)) checked(answer, levelAnswer, call)
    return answer
  }

  /** A schema that breaks readers can be registered where nobody sees to it. */
  const refused = (verb: 'show' | 'set', { subject }: SubjectCall, answer: RegistryAnswer) => {
    if (isRefusalLogged) return
    isRefusalLogged = true
    const { host } = address
    const what = `does not ${verb} the compatibility of subject ${subject} (${answerText(answer, secretsOf(address))})`
    const cure = `set it to ${compatibility} there, or allow koff to: else a schema may come that readers cannot read`
    log.warn(`schema registry ${host} ${what}; ${cure}`, { subject, status: answer.status })
  }

  const choose = async (path: string, call: SubjectCall, signal: AbortSignal) => {
    const answer = await send({ method: 'PUT', path, body: { compatibility } }, call, signal)
    // 409: another instance was quicker, and it makes the same choice.
    if (answer.status === 409 || parsed(answer, levelSetAnswer) !== null) return
    const fault = answerFault(answer, call)
    if (fault.retriable) throw fault
    refused('set', call, answer)
  }

  return {
    async register(subject, schema, signal) {
      const name = encodeURIComponent(subject)
      const config = `/config/${name}`
      const call = (operation: string): SubjectCall => ({ address, operation, subject })
      const found = await compatibilityOf(config, call(`GET ${config}`), signal)
      const path = `/subjects/${name}/versions`
      const registering = call(`POST ${path}`)
      const body = { schema: JSON.stringify(schema) }
      const answer = await send({ method: 'POST', path, body }, registering, signal)
      // Who may not register, or a registry in the mode READONLY (422), may still have what somebody else registered.
      if ([403, 405, 422].includes(answer.status)) {
        const looking = call(`POST /subjects/${name}`)
        const known = parsed(
          await send({ method: 'POST', path: `/subjects/${name}`, body }, looking, signal),
          registeredAnswer,
        )
        if (known !== null) return known.id
      }
      const { id } = checked(answer, registeredAnswer, registering)
      if (found === null) await choose(config, call(`PUT ${config}`), signal)
      else if (isRefusal(found)) refused('show', registering, found)
      return id
    },
    async schemaOf(id, signal) {
      const path = `/schemas/ids/${id}`
      const call = { address, operation: `GET ${path}`, id }
      const { schema } = checked(await send({ method: 'GET', path }, call, signal), schemaAnswer, call)
      try {
        return JSON.parse(schema) as unknown
      } catch (error) {
        const text = `schema registry ${address.host}: schema ${id} is not JSON, so it is no Avro schema`
        throw new KoffError('REGISTRY_UNREACHABLE', text, { cause: error })
      }
    },
  }
}

/** Not allowed to, or the registry has no such request. */
function isRefusal({ status }: RegistryAnswer): boolean {
  return [401, 403, 405, 501].includes(status)
}

function checked<T>(answer: RegistryAnswer, schema: z.ZodType<T>, call: RegistryCall): T {
  const value = parsed(answer, schema)
  if (value === null) throw answerFault(answer, call)
  return value
}

/** Null where the answer is not what the API promises. */
function parsed<T>({ status, text }: RegistryAnswer, schema: z.ZodType<T>): T | null {
  if (status < 200 || status > 299) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
