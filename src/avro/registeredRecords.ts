import { KoffError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { avroSchema } from '../events/avro.ts'
import { AvroOutput, type AvroPut, avroPut, Misfit, misfits } from '../events/avroWriter.ts'
import type { RecordSchema } from '../events/schema.ts'
import { type RegistryClient, registryClient } from './client.ts'
import type { RegistryAddress } from './options.ts'

/** A record and the subject of its schema. */
export interface WantedRecord {
  readonly record: RecordSchema
  readonly subject: string
}

interface Writer {
  readonly id: number
  readonly put: AvroPut
}

/** Concurrent requests, limited so that one instance does not block the registry for the others. */
const requestsAtOnce = 4

/** Records with ids from a registry, and their values in Confluent's wire format. */
export class RegisteredRecords {
  readonly #address: RegistryAddress
  readonly #client: RegistryClient
  readonly #writers = new Map<RecordSchema, Writer>()
  readonly #out = new AvroOutput()

  constructor(address: RegistryAddress, log: Log) {
    this.#address = address
    this.#client = registryClient(address, log)
  }

  get size(): number {
    return this.#writers.size
  }

  has(record: RecordSchema): boolean {
    return this.#writers.has(record)
  }

  /** The URL of the schema of a record. */
  schemaUrl(record: RecordSchema): string {
    return `${this.#address.host}/schemas/ids/${this.#writerOf(record).id}`
  }

  /** Registers the records that are not registered yet. Returns the failures; stops where the registry itself fails. */
  async register(wanted: readonly WantedRecord[], signal: AbortSignal): Promise<readonly KoffError[]> {
    const left = wanted.filter(({ record }) => !this.has(record))
    const failures: KoffError[] = []
    const work = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        try {
          await this.#register(next, signal)
        } catch (error) {
          if (!(error instanceof KoffError)) throw error
          failures.push(error)
          if (!isAboutSubject(error)) left.length = 0
        }
      }
    }
    await Promise.all(Array.from({ length: requestsAtOnce }, work))
    return failures
  }

  /**
   * A zero byte, the schema's id in four bytes, the Avro bytes; valid until the next call.
   * @throws KoffError SINK_FAILED where the value is not what the record says; never retriable.
   */
  encode(record: RecordSchema, value: unknown): Buffer {
    const { id, put } = this.#writerOf(record)
    const out = this.#out
    out.byte(0)
    out.int32(id)
    try {
      put(out, value)
    } catch (error) {
      out.clear()
      if (!(error instanceof Misfit)) throw error
      const where = misfits(record, value).join(', ')
      throw new KoffError('SINK_FAILED', `does not fit the definition of ${record.name} at ${where}`, { cause: error })
    }
    return out.take()
  }

  #writerOf(record: RecordSchema): Writer {
    const writer = this.#writers.get(record)
    if (writer !== undefined) return writer
    throw new KoffError('SINK_FAILED', `the schema of ${record.name} is not registered`, { retriable: true })
  }

  async #register({ record, subject }: WantedRecord, signal: AbortSignal): Promise<void> {
    const id = await this.#client.register(subject, avroSchema(record) as object, signal)
    this.#writers.set(record, { id, put: avroPut(record) })
  }
}

/** The registry may still accept the schemas of other subjects. */
function isAboutSubject({ code }: KoffError): boolean {
  return code === 'TOPIC_UNFIT' || code === 'AUTHORIZATION_FAILED'
}
