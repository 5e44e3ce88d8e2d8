import type { groupTypes } from './envelope.ts'
import { boolean, described, enumOf, type Infer, int, list, long, nullable, record, string, time } from './schema.ts'
import { groupType, partitions } from './shapes.ts'

/** The value of a group in the topic that `groupsTopic` names: the group as it is. */

export const groupStatuses = ['Empty', 'Stable', 'Assigning', 'Reconciling', 'NotReady'] as const

const groupMember = record('GroupMember', 'A member of a group, and what it holds now.', {
  id: string('Member id.'),
  instanceId: nullable(string('`group.instance.id` of a static member; null of a dynamic one.')),
  clientId: string('Client id as the member gave it.'),
  host: string('Host as the broker saw it.'),
  epoch: nullable(int('Epoch of the member, −2 of a static one that is away; null of a member of a classic group.')),
  assignment: nullable(
    partitions('Partitions that the member holds; null where its assignment cannot be read, or is left out.'),
  ),
})

const openCondition = record('OpenCondition', 'A condition over time that is open.', {
  type: string('Type of the event that opened it, `offset-stalled` for one.'),
  opened: string('Id of that event.'),
  since: time('Time of that event.'),
  topic: nullable(string('Topic, of a condition of one partition; else null.')),
  partition: nullable(int('Partition, of a condition of one partition; else null.')),
})

export const groupState = record(
  'GroupState',
  'A group as it is: the value of its key in the groups topic. No value (a tombstone): the group is gone.',
  {
    cluster: string('Cluster id of Kafka.'),
    group: string('Group id; the key, too.'),
    groupType: described(groupType, 'Kind of the group.'),
    epoch: nullable(int('Group epoch, of a classic group its generation.')),
    state: enumOf('GroupStatus', groupStatuses, 'State as Kafka names it; of a classic group `Stable` or `Empty`.'),
    protocolType: nullable(string('Protocol type; null of a simple group.')),
    protocol: nullable(string('Assignor of a classic group with members; else null.')),
    leader: nullable(string('Member id of the leader of a classic group with members; else null.')),
    memberCount: int('Number of members.'),
    offsetCount: int('Number of partitions with a committed offset.'),
    conditionCount: int('Number of conditions that are open.'),
    members: nullable(list(groupMember, 'Members, sorted by id; null where they are left out.')),
    conditions: nullable(
      list(
        openCondition,
        'Conditions that are open, sorted by type, topic and partition; null where they are left out.',
      ),
    ),
    truncated: boolean(
      'True where the value would be too large and something is left out; the counts are those of all.',
    ),
    partition: nullable(int('Partition of `__consumer_offsets` that the group is in.')),
    position: nullable(long('Up to which offset of it koff had read.')),
    timestamp: nullable(time('Timestamp of the last record that koff had read there.')),
  },
)

export type GroupState = Infer<typeof groupState> & { readonly groupType: (typeof groupTypes)[number] }

/** As JSON. Half of what a topic takes by default, as of events. */
const mostBytes = 512 * 1024

/**
 * The value, small enough for any topic: what is too much is left out, assignments first, then members, then conditions.
 * The counts stay.
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
