import { readInt16 } from '../records/reader.ts'
import { ProtocolError } from './errors.ts'
import type { Request } from './request.ts'
import { writeArray } from './requestWriter.ts'
import { readArray, readText, readThrottleTime } from './responseReader.ts'

/** Ids of the groups that a broker coordinates and the client may see. */
export const listGroups: Request<null, readonly string[]> = {
  name: 'ListGroups',
  key: 16,
  versions: [5, 4, 3],
  flexibleFrom: 3,
  write: (writer, _input, version) => {
    if (version >= 4) writeArray(writer, [], () => undefined) // in any state
    if (version >= 5) writeArray(writer, [], () => undefined) // of any type
  },
  read: (reader, version) => {
    readThrottleTime(reader)
    const errorCode = readInt16(reader)
    if (errorCode !== 0) throw new ProtocolError(errorCode)
    return readArray(reader, 'groups', () => {
      const id = readText(reader, 'group_id')
      readText(reader, 'protocol_type')
      if (version >= 4) readText(reader, 'group_state')
      if (version >= 5) readText(reader, 'group_type')
      return id
    })
  },
}
