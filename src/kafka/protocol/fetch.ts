import type { BrokerConnection } from '../client/connection.ts'
import { pickVersion } from './apiVersions.ts'
import { type FetchRequest, type FetchVersion, fetchVersions, writeFetchRequest } from './fetchRequest.ts'
import { type FetchResponse, readFetchResponse } from './fetchResponse.ts'

export interface FetchOptions {
  readonly connection: BrokerConnection
  readonly request: FetchRequest
  /** Versions to choose from, best first; all that koff speaks unless given. */
  readonly versions?: readonly FetchVersion[]
}

/** One Fetch: errors of partitions are in the response. */
export async function fetchRecords(options: FetchOptions): Promise<FetchResponse> {
  const { connection, request, versions = fetchVersions } = options
  const version = pickVersion('Fetch', versions, connection.versions)
  return connection.ask({
    name: 'Fetch',
    version,
    write: writer => writeFetchRequest(writer, version, request),
    read: (reader, isChecked) => readFetchResponse(reader, version, isChecked),
  })
}
