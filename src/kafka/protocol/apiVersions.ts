import packageJson from '../../../package.json' with { type: 'json' }
import { KoffError } from '../../base/errors.ts'
import { ProtocolFault } from '../client/failure.ts'
import { readInt16 } from '../records/reader.ts'
import type { Question } from './question.ts'
import { writeText } from './requestWriter.ts'
import { readArray } from './responseReader.ts'

/** API key → the versions that a broker speaks. */
export type ApiVersions = ReadonlyMap<number, VersionRange>

export interface VersionRange {
  readonly min: number
  readonly max: number
}

export const apiKeys = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  FindCoordinator: 10,
  ListGroups: 16,
  SaslHandshake: 17,
  ApiVersions: 18,
  InitProducerId: 22,
  OffsetForLeaderEpoch: 23,
  AddPartitionsToTxn: 24,
  EndTxn: 26,
  SaslAuthenticate: 36,
} as const
export type ApiName = keyof typeof apiKeys

/** From which version on lengths are compact and everything may have tagged fields (KIP-482). */
export const flexibleFrom: Readonly<Record<ApiName, number>> = {
  Produce: 9,
  Fetch: 12,
  ListOffsets: 6,
  Metadata: 9,
  FindCoordinator: 3,
  ListGroups: 3,
  SaslHandshake: Number.POSITIVE_INFINITY,
  ApiVersions: 3,
  InitProducerId: 2,
  OffsetForLeaderEpoch: 4,
  AddPartitionsToTxn: 3,
  EndTxn: 3,
  SaslAuthenticate: 2,
}

/** KIP-35, and KIP-511 for the client's name in the broker's metrics; brokers since 2.4 speak version 3. */
export const whichVersions: Question<ApiVersions> = {
  name: 'ApiVersions',
  version: 3,
  write: writer => {
    writeText(writer, packageJson.name)
    writeText(writer, packageJson.version)
  },
  read: reader => {
    // A broker that does not speak this version says so in version 0, and there its error code stands, too
    const errorCode = readInt16(reader)
    if (errorCode !== 0) throw new ProtocolFault(errorCode)
    return new Map(
      readArray(reader, 'api_keys', () => [readInt16(reader), { min: readInt16(reader), max: readInt16(reader) }]),
    )
  },
}

/** The highest of `ours` (descending) that the broker speaks; fails with `UNSUPPORTED` where there is none. */
export function pickVersion<V extends number>(name: ApiName, ours: readonly V[], theirs: ApiVersions): V {
  const range = theirs.get(apiKeys[name])
  const version = ours.find(candidate => range !== undefined && candidate >= range.min && candidate <= range.max)
  if (version !== undefined) return version
  const offered = range === undefined ? 'none' : `${range.min} to ${range.max}`
  throw new KoffError(
    'UNSUPPORTED',
    `the broker speaks ${offered} of ${name}, koff ${ours.at(-1)} to ${ours[0]}; koff reads Kafka 2.4 and later`,
  )
}
