import type { Connection, Reader } from '@platformatic/kafka'
import { apiKeys, pickVersion } from '../../cluster/apiVersions.ts'
import type { BrokerConnection } from '../../cluster/connection.ts'
import { KoffError } from '../../errors.ts'
import { DecodeFault } from '../../wire/reader.ts'
import { type FetchRequest, type FetchVersion, fetchVersions, isFlexible, writeFetchRequest } from './fetchRequest.ts'
import { type FetchResponse, readFetchResponse } from './fetchResponse.ts'
import type { ResponseMemory } from './responseMemory.ts'

export interface FetchOptions {
  readonly connection: BrokerConnection
  readonly request: FetchRequest
  /** Where the response is put; its parts are valid as long as that is. */
  readonly memory: ResponseMemory
  /** Versions to choose from, best first; all that koff speaks unless given. */
  readonly versions?: readonly FetchVersion[]
}

/** One Fetch: errors of partitions are in the response. */
export async function fetchRecords(options: FetchOptions): Promise<FetchResponse> {
  const { connection, request, memory, versions = fetchVersions } = options
  const version = pickVersion('Fetch', versions, connection.versions)
  const bytes = await connection.request('Fetch', library => send({ library, version, request, memory }))
  try {
    return readFetchResponse(version, bytes)
  } catch (error) {
    if (!(error instanceof DecodeFault)) throw error
    const text = `${connection.broker}: the answer to Fetch v${version} is none: ${error.message}`
    throw new KoffError('BROKER_ERROR', text, { retriable: true, cause: error })
  }
}

interface Sending {
  readonly library: Connection
  readonly version: FetchVersion
  readonly request: FetchRequest
  readonly memory: ResponseMemory
}

async function send({ library, version, request, memory }: Sending): Promise<Buffer> {
  const flexible = isFlexible(version)
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  library.send<Buffer>(
    apiKeys.Fetch,
    version,
    () => writeFetchRequest(version, request),
    (_correlationId, _apiKey, _apiVersion, reader) => contiguous(reader, memory),
    flexible,
    flexible,
    (error, bytes) => (bytes === undefined || error !== null ? reject(error) : resolve(bytes)),
  )
  return promise
}

/** The socket gives 64 KiB at a time; record batches are walked in one piece. */
function contiguous({ buffer, position }: Reader, memory: ResponseMemory): Buffer {
  const target = memory.take(buffer.length - position)
  let skip = position
  let at = 0
  for (const part of buffer.buffers) {
    if (skip < part.length) at += part.copy(target, at, skip)
    skip = Math.max(0, skip - part.length)
  }
  return target
}
