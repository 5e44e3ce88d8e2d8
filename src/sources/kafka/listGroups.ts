import { listGroupsV3, listGroupsV4, listGroupsV5 } from '@platformatic/kafka'
import { pickVersion } from '../../cluster/apiVersions.ts'
import type { BrokerConnection } from '../../cluster/connection.ts'

const versions = [5, 4, 3] as const
const apis = {
  5: listGroupsV5.api,
  4: listGroupsV4.api,
  3: listGroupsV3.api,
}

/** Ids of the groups that a broker coordinates, as far as koff may see them. */
export async function askGroups(connection: BrokerConnection): Promise<readonly string[]> {
  const version = pickVersion('ListGroups', versions, connection.versions)
  const { groups } = await connection.request('ListGroups', library => apis[version].async(library, [], []))
  return groups.map(({ groupId }) => groupId)
}
