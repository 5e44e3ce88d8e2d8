import { apiVersionsV3, type Connection } from '@platformatic/kafka'
import packageJson from '../../package.json' with { type: 'json' }
import { KoffError } from '../errors.ts'

/** API key → the versions that a broker speaks. */
export type ApiVersions = ReadonlyMap<number, VersionRange>

export interface VersionRange {
  readonly min: number
  readonly max: number
}

export const apiKeys = { Fetch: 1, ListOffsets: 2, Metadata: 3, ListGroups: 16, OffsetForLeaderEpoch: 23 } as const
export type ApiName = keyof typeof apiKeys

/** KIP-35, and KIP-511 for the client's name in the broker's metrics; brokers since 2.4 speak version 3. */
export async function askApiVersions(connection: Connection): Promise<ApiVersions> {
  const { apiKeys: ranges } = await apiVersionsV3.api.async(connection, packageJson.name, packageJson.version)
  return new Map(ranges.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
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
