import { flexibleFrom } from '../protocol/apiVersions.ts'
import { readFetchResponse } from '../protocol/fetchResponse.ts'
import { responseReader, skipTags } from '../protocol/responseReader.ts'
import { soundLength } from './soundLength.ts'

/** True where all record batches in a response to Fetch are of message format v2, with the right checksum. */
export function areRecordsSound(bytes: Buffer, fetchVersion: number): boolean {
  try {
    const reader = responseReader(bytes, fetchVersion >= flexibleFrom.Fetch)
    skipTags(reader)
    const { partitions } = readFetchResponse(reader, fetchVersion)
    return partitions.every(({ records }) => soundLength(records).isSound)
  } catch {
    return false
  }
}
