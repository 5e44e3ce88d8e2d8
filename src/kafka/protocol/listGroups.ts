import type { BrokerConnection } from '../client/connection.ts'
import { ProtocolFault } from '../client/failure.ts'
import { readInt16, readInt32 } from '../records/reader.ts'
import { pickVersion } from './apiVersions.ts'
import { writeArray } from './requestWriter.ts'
import { readArray, readText } from './responseReader.ts'

/** Ids of the groups that a broker coordinates, as far as koff may see them. Layout: Kafka's ListGroups. */
export async function askGroups(connection: BrokerConnection): Promise<readonly string[]> {
  const version = pickVersion('ListGroups', [5, 4, 3], connection.versions)
  return connection.ask({
    name: 'ListGroups',
    version,
    write: writer => {
      if (version >= 4) writeArray(writer, [], () => undefined) // in any state
      if (version >= 5) writeArray(writer, [], () => undefined) // of any type
    },
    read: reader => {
      readInt32(reader) // throttle time
      const errorCode = readInt16(reader)
      if (errorCode !== 0) throw new ProtocolFault(errorCode)
      return readArray(reader, 'groups', () => {
        const id = readText(reader, 'group_id')
        readText(reader, 'protocol_type')
        if (version >= 4) readText(reader, 'group_state')
        if (version >= 5) readText(reader, 'group_type')
        return id
      })
    },
  })
}
