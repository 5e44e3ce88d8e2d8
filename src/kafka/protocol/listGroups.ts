import { readInt16 } from '../records/reader.ts'
import { ProtocolError } from './errors.ts'
import type { Request } from './request.ts'
import { writeTexts } from './requestWriter.ts'
import { readArray, readText, readThrottleTime } from './responseReader.ts'

/** A group as its coordinator lists it. */
export interface ListedGroup {
  readonly group: string
  /** As Kafka names it, `PreparingRebalance` for example; null from brokers before 2.6 (KIP-518). */
  readonly state: string | null
}

/** Brokers that speak this version give the state of each group, and list groups in given states only (KIP-518, Kafka 2.6). */
export const listGroupsByState = 4

/**
 * The groups that a broker coordinates, as far as the client may see them. The input names states: only groups in one of
 * them are listed; no state means any. Brokers before version 4 list all groups.
 */
export const listGroups: Request<readonly string[], readonly ListedGroup[]> = {
  name: 'ListGroups',
  key: 16,
  versions: [5, 4, 3],
  flexibleFrom: 3,
  write: (writer, states, version) => {
    if (version >= listGroupsByState) writeTexts(writer, states)
    if (version >= 5) writeTexts(writer, []) // of any type
  },
  read: (reader, version) => {
    readThrottleTime(reader)
    const errorCode = readInt16(reader)
    if (errorCode !== 0) throw new ProtocolError(errorCode)
    return readArray(reader, 'groups', () => {
      const group = readText(reader, 'group_id')
      readText(reader, 'protocol_type')
      const state = version >= listGroupsByState ? readText(reader, 'group_state') : null
      if (version >= 5) readText(reader, 'group_type')
      return { group, state }
    })
  },
}
