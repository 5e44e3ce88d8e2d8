import { compareText, type Group } from '../group/group.ts'

/** The type of the key of a classic group's record. */
export const groupMetadata = 2

/** The type of the key of what a regular expression of a consumer group stands for. */
const regularExpression = 16

/** Types of keys, in the order in which a coordinator deletes them; the last one ends the group. */
const typesOf = {
  simple: { member: [], group: [] },
  unknown: { member: [], group: [] },
  classic: { member: [], group: [groupMetadata] },
  consumer: { member: [8, 5], group: [6, 3] },
  share: { member: [14, 10], group: [12, 11] },
  streams: { member: [22, 19], group: [20, 23, 17] },
} as const

/** Keys of all records about a group. A key without a record does no harm: its tombstone changes nothing. */
export function groupKeys(group: Group | null): Buffer[] {
  if (group === null) return []
  const types = typesOf[group.type]
  const ofMembers = [...group.members.values()].map(({ id }) => id).sort(compareText)
  return [
    ...types.member.flatMap(type => ofMembers.map(id => recordKey(type, group.name, id))),
    ...[...group.regexes.keys()].sort(compareText).map(regex => recordKey(regularExpression, group.name, regex)),
    ...types.group.map(type => recordKey(type, group.name, null)),
  ]
}

/** What stands before the rest of an offset's key. */
export const offsetKeyVersion = Buffer.from([0, 1])

/** Layout: the keys of Kafka's group coordinator, but for those of offsets. `part`: a member id, or a regular expression. */
export function recordKey(type: number, group: string, part: string | null): Buffer {
  const parts = [group, ...(part === null ? [] : [part])].map(text => Buffer.from(text))
  const key = Buffer.alloc(2 + parts.reduce((sum, bytes) => sum + 2 + bytes.length, 0))
  let at = key.writeUInt16BE(type, 0)
  for (const bytes of parts) {
    at = key.writeUInt16BE(bytes.length & 0xffff, at)
    at += bytes.copy(key, at)
  }
  return key
}
