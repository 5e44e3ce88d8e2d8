import type { groupTypes } from './envelope.ts'
import { boolean, described, enumOf, type Infer, int, list, long, nullable, record, string, time } from './schema.ts'
import { groupType, partitions } from './shapes.ts'

/** The value of a group in the groups topic (`groupsTopic`). */

export const groupStatuses = ['Empty', 'Stable', 'Assigning', 'Reconciling', 'NotReady'] as const

const groupMember = record('GroupMember', 'A member of a group and what it holds now.', {
  id: string('Member id.'),
  instanceId: nullable(string('`group.instance.id` of a static member; null of a dynamic one.')),
  clientId: string('Client id that the member sent.'),
  host: string('Host that the broker saw.'),
  epoch: nullable(int('Epoch of the member, −2 for a static member that is away; null in a classic group.')),
  assignment: nullable(
    partitions('Partitions that the member holds; null where its assignment cannot be read or is left out.'),
  ),
})

const openCondition = record('OpenCondition', 'An open condition.', {
  type: string('Type of the event that opened it, for example `offset-stalled`.'),
  opened: string('Id of that event.'),
  since: time('Time of that event.'),
  topic: nullable(string('Topic, for a condition of one partition; else null.')),
  partition: nullable(int('Partition, for a condition of one partition; else null.')),
})

export const groupState = record(
  'GroupState',
  'The current state of a group: the value of its key in the groups topic. A tombstone means that the group is gone.',
  {
    cluster: string('Cluster id of Kafka.'),
    group: string('Group id; also the key.'),
    groupType: described(groupType, 'Kind of the group.'),
    epoch: nullable(int('Group epoch; generation of a classic group.')),
    state: enumOf('GroupStatus', groupStatuses, 'State as Kafka names it; `Stable` or `Empty` for a classic group.'),
    protocolType: nullable(string('Protocol type; null for a simple group.')),
    protocol: nullable(string('Assignor of a classic group with members; else null.')),
    leader: nullable(string('Member id of the leader of a classic group with members; else null.')),
    memberCount: int('Number of members.'),
    offsetCount: int('Number of partitions with a committed offset.'),
    conditionCount: int('Number of open conditions.'),
    members: nullable(list(groupMember, 'Members, sorted by id; null where left out.')),
    conditions: nullable(
      list(openCondition, 'Open conditions, sorted by type, topic and partition; null where left out.'),
    ),
    truncated: boolean(
      'True where something is left out because the value would be too large; the counts are complete.',
    ),
    partition: nullable(int('Partition of `__consumer_offsets` that holds the group.')),
    position: nullable(long('Offset up to which koff had read that partition.')),
    timestamp: nullable(time('Timestamp of the last record that koff had read there.')),
  },
)

export type GroupState = Infer<typeof groupState> & { readonly groupType: (typeof groupTypes)[number] }

/** In bytes of JSON: half of what a topic accepts by default, as for events. */
const mostBytes = 512 * 1024

/**
 * The value, cut to fit any topic. Left out as far as needed, in this order: assignments, members, conditions. The
 * counts stay.
 */
export function fittedGroupState(whole: GroupState): GroupState {
  if (sizeOf(whole) <= mostBytes) return whole
  const smaller = smallerGroupStates(whole)
  return smaller.find(value => sizeOf(value) <= mostBytes) ?? smaller.at(-1) ?? whole
}

/** The value with more and more left out. */
export function smallerGroupStates(whole: GroupState): readonly GroupState[] {
  const { members, conditions } = whole
  const plain = members?.map(member => ({ ...member, assignment: null })) ?? null
  const fields: readonly Pick<GroupState, 'members' | 'conditions'>[] = [
    { members: plain, conditions },
    { members: null, conditions },
    { members: null, conditions: null },
  ]
  return fields.map(smaller => ({ ...whole, ...smaller, truncated: true }))
}

function sizeOf(value: GroupState): number {
  return Buffer.byteLength(
    JSON.stringify(value, (_, given: unknown) => (typeof given === 'bigint' ? String(given) : given)),
  )
}
